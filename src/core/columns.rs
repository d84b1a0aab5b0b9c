//! Text in columns of one width, for code blocks: bars and tables that fit a phone.

use super::card::Bar;
use super::trap::Role;

/// What a phone shows of a code block without breaking the line.
pub const PHONE: usize = 34;

/// One line for each bar, such as `A █████░░░░░ 5 (3 sure) ✅`.
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
    let sure = if bar.confident > 0 { format!(" ({} sure)", compact(bar.confident)) } else { String::new() };
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
        assert_eq!(drawn, "A ░░░░░░░░░░ 0\nB █████░░░░░ 5 (3 sure) ✅\nC ████░░░░░░ 4 (1 sure) 🪤\nD █░░░░░░░░░ 1");
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

    proptest! {
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
