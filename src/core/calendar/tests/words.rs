//! What people type, what the store keeps, what is offered instead.

use super::*;

fn time_of(text: &str) -> Result<String, Refusal> {
    time::parse(text).map(|time| time.format("%H:%M").to_string())
}

proptest! {
    #[test]
    fn what_is_stored_comes_back(schedule in prop_oneof![daily(), cron()]) {
        prop_assert_eq!(Schedule::from_stored(&schedule.stored(), schedule.zone.name()), Some(schedule));
    }

    #[test]
    fn any_text_gets_valid_times(text in "[0-9:apm. ]{0,6}|.{0,20}", limit in 0usize..30) {
        let times = times_like(&text, limit);
        prop_assert!(times.len() <= limit);
        for time in times {
            prop_assert_eq!(time_of(&time), Ok(time.clone()));
        }
    }

    #[test]
    fn any_text_gets_valid_days_or_a_refusal_that_names_some(text in "[montuewdhfrisa,-]{0,12}|.{0,20}") {
        match Days::parse(&text) {
            Ok(days) => prop_assert_eq!(Days::parse(&days.to_string()), Ok(days)),
            Err(Refusal::BadDays { near, .. }) => prop_assert!(near.iter().all(|near| Days::parse(near).is_ok()) && !near.is_empty()),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn any_text_gets_zones_that_exist(text in ".{0,20}", limit in 0usize..30) {
        let zones = zones_like(&text, limit);
        prop_assert!(zones.len() <= limit);
        prop_assert!(zones.iter().all(|name| zone_named(name).is_ok_and(|zone| zone.name() == *name)));
    }
}

#[test]
fn times_are_read_as_people_write_them() {
    let read = [
        ("9:00", "09:00"),
        ("09:00", "09:00"),
        ("9", "09:00"),
        ("21", "21:00"),
        ("9am", "09:00"),
        ("9 AM", "09:00"),
        ("9:30 pm", "21:30"),
        ("9.30 p.m.", "21:30"),
        ("12am", "00:00"),
        ("12 pm", "12:00"),
        ("0930", "09:30"),
        (" 23:59 ", "23:59"),
        ("noon", "12:00"),
        ("midnight", "00:00"),
    ];
    for (text, time) in read {
        assert_eq!(time_of(text), Ok(time.to_owned()), "{text}");
    }
    for text in ["24:00", "9:60", "9:5", "13pm", "0am", "-9", "9:", ":30", "९", "soon", "9:00:00", "+9:00"] {
        assert!(matches!(time_of(text), Err(Refusal::BadTime { near, .. }) if !near.is_empty()), "{text}");
    }
}

#[test]
fn times_are_offered_while_they_are_typed() {
    assert_eq!(times_like("9", 3), ["09:00", "21:00", "09:30"]);
    assert_eq!(times_like("9:3", 2), ["09:30", "09:35"]);
    assert_eq!(times_like("9:3 pm", 1), ["21:30"]);
    assert_eq!(times_like("9pm", 2), ["21:00", "21:30"]);
    assert_eq!(times_like("8:40", 2), ["08:40", "20:40"]);
    assert_eq!(times_like("9:75", 1), ["09:00"]);
    assert_eq!(times_like("24:00", 3), ["00:00"]);
    assert_eq!(times_like("", 2), ["09:00", "08:00"]);
    assert!(times_like("1", 25).contains(&"18:00".to_owned()));
}

#[test]
fn days_are_read_as_people_write_them() {
    let read = [
        ("daily", "daily"),
        ("Every day", "daily"),
        ("mon-sun", "daily"),
        ("weekdays", "mon,tue,wed,thu,fri"),
        ("weekends", "sat,sun"),
        ("mon,wed,fri", "mon,wed,fri"),
        ("Fri, Mon,", "mon,fri"),
        ("monday wednesday and fridays", "mon,wed,fri"),
        ("mon - thu", "mon,tue,wed,thu"),
        ("fri–mon", "mon,fri,sat,sun"),
        ("tues & thurs", "tue,thu"),
    ];
    for (text, days) in read {
        assert_eq!(Days::parse(text).map(|days| days.to_string()), Ok(days.to_owned()), "{text}");
    }
    for text in ["", "never", "mo", "mon-", "1-5", "mon,x"] {
        assert!(matches!(Days::parse(text), Err(Refusal::BadDays { .. })), "{text}");
    }
}

#[test]
fn the_nearest_days_are_named() {
    let near = |text: &str| match Days::parse(text) {
        Err(Refusal::BadDays { near, .. }) => near[0].clone(),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(near("dayly"), "daily");
    assert_eq!(near("weekday's"), "weekdays");
    assert_eq!(near("mon,wend"), "mon,wed");
    assert_eq!(near("tuseday"), "tue");
}

#[test]
fn schedules_are_said_in_words() {
    let said = |time, days| schedule(time, days, "UTC").describe();
    assert_eq!(said("9", "daily"), "09:00 every day");
    assert_eq!(said("9", "mon-fri"), "09:00 on weekdays");
    assert_eq!(said("9", "sat,sun"), "09:00 at weekends");
    assert_eq!(said("9", "mon,wed,fri"), "09:00 on Mon, Wed and Fri");
    assert_eq!(said("9", "mon,wed"), "09:00 on Mon and Wed");
    assert_eq!(said("9", "mon"), "09:00 on Mon");
    assert_eq!(crontab_in(" 0  9 * * 1-5 ", "UTC").describe(), "cron `0 9 * * 1-5`");
}

#[test]
fn what_the_store_keeps_is_frozen() {
    assert_eq!(schedule("9", "daily", "UTC").stored(), "daily 09:00");
    assert_eq!(schedule("9:05 pm", "wed,mon", "UTC").stored(), "mon,wed 21:05");
    assert_eq!(crontab_in("0 9  * * 1-5", "UTC").stored(), "cron 0 9 * * 1-5");
    assert_eq!(Schedule::from_stored("sometimes 09:00", "UTC"), None);
    assert_eq!(Schedule::from_stored("daily 09:00", "Mars/Phobos"), None);
    assert_eq!(Schedule::from_stored("daily", "UTC"), None);
}

#[test]
fn absent_and_blank_texts_mean_nine_every_day() {
    let nine = schedule("09:00", "daily", "UTC");
    assert_eq!(Schedule::parse(None, None, None, "UTC"), Ok(nine.clone()));
    assert_eq!(Schedule::parse(Some(" "), Some(""), Some(""), "UTC"), Ok(nine));
    for (time, days) in [(Some("9"), None), (None, Some("daily"))] {
        assert_eq!(Schedule::parse(time, days, Some("0 9 * * *"), "UTC"), Err(Refusal::CronAndTime));
    }
}

#[test]
fn zones_are_read_in_any_case_with_their_links() {
    let read = [
        ("europe/berlin", Tz::Europe__Berlin),
        ("America/new york", Tz::America__New_York),
        ("US/Eastern", Tz::US__Eastern),
        ("utc", Tz::UTC),
        (" Asia/Kolkata ", Tz::Asia__Kolkata),
        ("EST", Tz::EST),
        ("cet", Tz::CET),
    ];
    for (text, zone) in read {
        assert_eq!(zone_named(text), Ok(zone), "{text}");
    }
}

#[test]
fn the_nearest_zones_are_named() {
    let nearest = [
        ("berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("Europe/Berln", "Europe/Berlin"),
        ("America/NewYork", "America/New_York"),
        ("Asia/Calcuta", "Asia/Calcutta"),
        ("san francisco", "America/Los_Angeles"),
        ("PST", "America/Los_Angeles"),
        ("ber", "Europe/Berlin"),
        ("tok", "Asia/Tokyo"),
    ];
    for (text, zone) in nearest {
        assert_eq!(zones_like(text, 5).first(), Some(&zone), "{text}: {:?}", zones_like(text, 5));
    }
    for (country, zone) in [
        ("Germany", "Europe/Berlin"),
        ("germ", "Europe/Berlin"),
        ("India", "Asia/Kolkata"),
        ("usa", "America/New_York"),
        ("UK", "Europe/London"),
        ("korea", "Asia/Seoul"),
        ("Nepal", "Asia/Kathmandu"),
    ] {
        assert_eq!(zones_like(country, 5).first(), Some(&zone), "{country}: {:?}", zones_like(country, 5));
    }
    assert!(zones_like("brazil", 25).contains(&"America/Manaus"), "all zones of a country are offered");
    assert!(matches!(zone_named("berlin"), Err(Refusal::UnknownZone { near, .. }) if near[0] == "Europe/Berlin"));
    assert!(matches!(zone_named("Mars/Phobos"), Err(Refusal::UnknownZone { near, .. }) if near.len() == 3));
    assert_eq!(zones_like("+02:00", 3), ["Europe/Berlin", "Europe/Paris", "Europe/Madrid"]);
    assert_eq!(zones_like("UTC-5", 2), ["America/New_York", "America/Chicago"]);
    assert_eq!(zones_like("+0545", 1), ["Asia/Kathmandu"]);
    assert_eq!(zones_like("gmt+0", 1), ["UTC"]);
    assert_eq!(zones_like("", 100).len(), 20);
    assert_eq!(zones_like("", 1), ["UTC"]);
}

#[test]
fn the_zones_of_countries_are_zones() {
    let lines: Vec<(&str, &str)> =
        include_str!("../countries.tsv").lines().map(|line| line.split_once('\t').unwrap()).collect();
    assert!(lines.len() > 200);
    for (country, zones) in lines {
        assert_eq!(country, country.to_lowercase(), "names are compared in lower case");
        for zone in zones.split(' ') {
            assert!(zone_named(zone).is_ok_and(|tz| tz.name() == zone), "{country}: {zone}");
        }
    }
}
