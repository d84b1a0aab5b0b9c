//! Text in columns of one width, for code blocks: bars and tables that fit a phone.

use super::card::Bar;
use super::trap::Role;

/// What a narrow phone shows of a code block without breaking the line.
pub const PHONE: usize = 30;

/// One line for each bar, such as `A █████░░░░░ 5 (3 sure+) ✅`.
#[must_use]
pub fn bars(bars: &[Bar]) -> String {
    let tails: Vec<String> = bars.iter().map(tail).collect();
    let tail_width = tails.iter().map(|t| width(t)).max().unwrap_or(0);
    let widest = bars.iter().map(|bar| width(&bar.label)).max().unwrap_or(0);
    let label_width = widest.min((PHONE - 2).saturating_sub(tail_width + SHORTEST));
    let cells = (PHONE - 2).saturating_sub(tail_width + label_width).clamp(SHORTEST, LONGEST);
    let line = |(bar, tail): (&Bar, &String)| {
        format!("{} {} {tail}", padded(&clean(&bar.label), label_width), filled(bar, cells))
    };
    bars.iter().zip(&tails).map(line).collect::<Vec<_>>().join("\n")
}

const SHORTEST: usize = 4;
const LONGEST: usize = 10;

fn tail(bar: &Bar) -> String {
    let sure = if bar.confident > 0 { format!(" ({} sure+)", compact(bar.confident)) } else { String::new() };
    let mark = match bar.role {
        Role::Right => " ✅",
        Role::Bait => " 🪤",
        Role::Wrong => "",
    };
    format!("{}{sure}{mark}", compact(bar.count))
}

/// Rounded, but never full unless all, and never empty unless none.
fn filled(bar: &Bar, cells: usize) -> String {
    let share = f64::from(bar.count) / f64::from(bar.total.max(1));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of at most ten cells")]
    let full = match (share * cells as f64).round() as usize {
        0 if bar.count > 0 => 1,
        n if n >= cells && bar.count < bar.total => cells - 1,
        n => n.min(cells),
    };
    "█".repeat(full) + &"░".repeat(cells - full)
}

/// `9999`, `10k`, `4295M`: at most five columns.
fn compact(n: u32) -> String {
    match n {
        0..10_000 => n.to_string(),
        10_000..1_000_000 => format!("{}k", n / 1000),
        _ => format!("{}M", n / 1_000_000),
    }
}

/// A table of plain cells with its columns aligned; the widest column gives way where a line would be too long.
#[must_use]
pub fn table(head: &[String], rows: &[Vec<String>], most: usize) -> String {
    let lines: Vec<Vec<String>> = std::iter::once(head)
        .filter(|head| !head.is_empty())
        .chain(rows.iter().map(Vec::as_slice))
        .map(|line| line.iter().map(|cell| clean(cell)).collect())
        .collect();
    let mut widths: Vec<usize> = Vec::new();
    for line in &lines {
        for (index, cell) in line.iter().enumerate() {
            match widths.get_mut(index) {
                Some(known) => *known = (*known).max(width(cell)),
                None => widths.push(width(cell)),
            }
        }
    }
    shrink(&mut widths, most);
    let right: Vec<bool> = (0..widths.len()).map(|index| is_numeric(rows, index)).collect();
    let line = |cells: &Vec<String>| {
        let cells = cells.iter().enumerate().map(|(index, cell)| {
            let cell = shortened(cell, widths[index]);
            let gap = " ".repeat(widths[index].saturating_sub(width(&cell)));
            if right[index] { gap + &cell } else { cell + &gap }
        });
        cells.collect::<Vec<_>>().join(" ").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Lines of a heading, beyond which columns are harder to read than rows that stand for themselves.
const HIGHEST: usize = 3;

/// A table of which nothing may be lost: each row in one line, headings between words in up to three. None where that does not fit.
#[must_use]
pub fn whole_table(head: &[String], rows: &[Vec<String>], most: usize) -> Option<String> {
    let cleaned = |line: &[String]| line.iter().map(|cell| clean(cell)).collect::<Vec<_>>();
    let head = cleaned(head);
    let rows: Vec<Vec<String>> = rows.iter().map(|row| cleaned(row)).collect();
    // Headings of two lines read across each other where a single blank parts them.
    let (gap, widths) = [2, 1].into_iter().find_map(|gap| Some((gap, widths(&head, &rows, most, gap)?)))?;
    let right: Vec<bool> = (0..widths.len()).map(|index| is_numeric(&rows, index)).collect();
    let line = |cells: &[&str]| {
        let cells = cells.iter().enumerate().map(|(column, cell)| {
            let blanks = " ".repeat(widths[column].saturating_sub(width(cell)));
            if right[column] { blanks + cell } else { (*cell).to_owned() + &blanks }
        });
        cells.collect::<Vec<_>>().join(&" ".repeat(gap)).trim_end().to_owned()
    };
    let heads: Vec<Vec<String>> = head.iter().zip(&widths).map(|(cell, most)| wrapped(cell, *most)).collect();
    let height = heads.iter().map(Vec::len).max().unwrap_or(0);
    let heading =
        |nth: usize| line(&heads.iter().map(|parts| parts.get(nth).map_or("", String::as_str)).collect::<Vec<_>>());
    let body = rows.iter().map(|row| line(&row.iter().map(String::as_str).collect::<Vec<_>>()));
    (height <= HIGHEST).then(|| (0..height).map(heading).chain(body).collect::<Vec<_>>().join("\n"))
}

/// The widths of columns that fit together, with what room there is given to headings; none where there are none such.
fn widths(head: &[String], rows: &[Vec<String>], most: usize, gap: usize) -> Option<Vec<usize>> {
    let columns = rows.iter().map(Vec::len).chain([head.len()]).max().unwrap_or(0);
    let cell = |row: &Vec<String>, at: usize| row.get(at).map_or(0, |cell| width(cell));
    let longest_word = |at: usize| head.get(at).map_or(0, |cell| cell.split_whitespace().map(width).max().unwrap_or(0));
    let mut widths: Vec<usize> =
        (0..columns).map(|at| rows.iter().map(|row| cell(row, at)).max().unwrap_or(0).max(longest_word(at))).collect();
    let taken = widths.iter().sum::<usize>() + gap * columns.saturating_sub(1);
    let mut room = most.checked_sub(taken)?;
    let wanted = |at: usize, now: usize| head.get(at).map_or(0, |cell| width(cell)).saturating_sub(now);
    while room > 0
        && let Some(narrow) =
            (0..columns).filter(|at| wanted(*at, widths[*at]) > 0).max_by_key(|at| wanted(*at, widths[*at]))
    {
        widths[narrow] += 1;
        room -= 1;
    }
    Some(widths)
}

/// The lines of a text, broken between words.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if width(line) + 1 + width(word) <= most {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn shrink(widths: &mut [usize], most: usize) {
    while widths.iter().sum::<usize>() + widths.len().saturating_sub(1) > most {
        match widths.iter_mut().max() {
            Some(widest) if *widest > 3 => *widest -= 1,
            _ => return,
        }
    }
}

fn is_numeric(rows: &[Vec<String>], column: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.get(column)).peekable();
    let numeric = |cell: &String| cell.trim_start_matches(['-', '−', '+']).starts_with(|c: char| c.is_ascii_digit());
    cells.peek().is_some() && cells.all(numeric)
}

fn padded(text: &str, columns: usize) -> String {
    let text = shortened(text, columns);
    let gap = columns.saturating_sub(width(&text));
    text + &" ".repeat(gap)
}

fn shortened(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if width(&kept) + char_width(c) + 1 > columns {
            break;
        }
        kept.push(c);
    }
    if columns == 0 { kept } else { kept + "…" }
}

/// Nothing in it can end the code block or the line.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).map(|c| if c == '`' { 'ˋ' } else { c }).collect()
}

#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Columns in a monospaced face, near enough: wide East Asian letters and pictures take two, joined marks none.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2705 | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bar(label: &str, role: Role, count: u32, confident: u32) -> Bar {
        Bar { label: label.to_owned(), role, count, confident, total: 10 }
    }

    #[test]
    fn bars_line_up() {
        let drawn = bars(&[
            bar("A", Role::Wrong, 0, 0),
            bar("B", Role::Right, 5, 3),
            bar("C", Role::Bait, 4, 1),
            bar("D", Role::Wrong, 1, 0),
        ]);
        assert_eq!(drawn, "A ░░░░░░░░░░ 0\nB █████░░░░░ 5 (3 sure+) ✅\nC ████░░░░░░ 4 (1 sure+) 🪤\nD █░░░░░░░░░ 1");
    }

    #[test]
    fn a_long_name_gives_way_and_numbers_keep_to_the_right() {
        let head = ["#", "Name", "Points", "Right"].map(str::to_owned);
        let row = |rank: &str, name: &str, points: &str| vec![rank.into(), name.into(), points.into(), "7/9".into()];
        let rows = [row("1", "Bartholomew the Very Long-Named", "112"), row("10", "```ann", "−4")];
        let expected =
            " # Name             Points Right\n 1 Bartholomew the…    112   7/9\n10 ˋˋˋann               −4   7/9";
        assert_eq!(table(&head, &rows, 32), expected);
    }

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn a_long_heading_goes_on_below_and_a_long_cell_does_not_fit() {
        let all = rows(&[&["plan", "memory a card", "GB"], &["P", "INT8", "38.5"]]);
        let fits = whole_table(&all[0], &all[1..], 18);
        assert_eq!(fits.as_deref(), Some("plan  memory    GB\n      a card\nP     INT8    38.5"));
        assert_eq!(whole_table(&all[0], &all[1..], 15), None);
        let all = rows(&[&["run", "initialisation"], &["1", "orthogonal, then scaled"]]);
        assert_eq!(whole_table(&all[0], &all[1..], 24), None);
    }

    proptest! {
        #[test]
        fn nothing_of_a_whole_table_is_lost_and_no_line_is_too_long(
            all in prop::collection::vec(prop::collection::vec("[a-z0-9 é中]{0,12}", 1..5), 1..5),
            most in 12_usize..60,
        ) {
            let Some(drawn) = whole_table(&all[0], &all[1..], most) else { return Ok(()) };
            for line in drawn.lines() {
                prop_assert!(width(line) <= most, "{line:?} has {}", width(line));
            }
            let letters = |text: &str| { let mut all: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect(); all.sort_unstable(); all };
            prop_assert_eq!(letters(&drawn), letters(&all.concat().concat()));
        }

        #[test]
        fn every_bar_fits_a_phone(
            all in prop::collection::vec(("\\PC{0,20}", any::<u32>(), any::<u32>(), any::<u32>(), 0_u8..3), 1..6),
        ) {
            let all: Vec<Bar> = all
                .into_iter()
                .map(|(label, count, confident, total, role)| Bar {
                    label, count, confident, total, role: [Role::Right, Role::Bait, Role::Wrong][usize::from(role)],
                })
                .collect();
            for line in bars(&all).lines() {
                prop_assert!(width(line) <= PHONE, "{line:?} has {}", width(line));
            }
        }
    }
}
