//! A table as a chat can show it: in columns where they fit a phone, else row by row.

use super::columns::{PHONE, whole_table, width};
use super::markup::{Block, Inline, plain_inlines};

/// The cells of a row.
type Row = Vec<Vec<Inline>>;

/// How a table is drawn.
#[derive(Debug, PartialEq)]
pub enum Drawn {
    /// Lines for a code block.
    Columns(String),
    /// The items of a list, a row each: its first cell in bold, then the others by their headings.
    Rows(Vec<Vec<Block>>),
}

/// Up to this width a row is a line of text, which a phone breaks into three; of longer ones each cell is an item below.
const LINE: usize = 90;

#[must_use]
pub fn drawn(head: &[Vec<Inline>], rows: &[Row]) -> Drawn {
    let cells = |row: &[Vec<Inline>]| row.iter().map(|cell| plain_inlines(cell)).collect::<Vec<_>>();
    let all: Vec<Vec<String>> = rows.iter().map(|row| cells(row)).collect();
    if let Some(lines) = whole_table(&cells(head), &all, PHONE) {
        return Drawn::Columns(lines);
    }
    // One heading need not be said in each row.
    if head.len() == 2 {
        let heading =
            head.iter().map(|cell| if cell.is_empty() { Vec::new() } else { vec![Inline::Emphasis(cell.clone())] });
        let heading = pair(&heading.collect::<Row>());
        return Drawn::Rows(std::iter::once(heading).chain(rows.iter().map(|row| pair(&named(row)))).collect());
    }
    let lines: Vec<Vec<Inline>> = rows.iter().map(|row| in_a_line(head, row)).collect();
    if lines.iter().all(|line| width(&plain_inlines(line)) <= LINE) {
        return Drawn::Rows(lines.into_iter().map(|line| vec![Block::Paragraph(line)]).collect());
    }
    Drawn::Rows(rows.iter().map(|row| in_items(head, row)).collect())
}

/// The first cell in bold.
fn named(row: &Row) -> Row {
    let strong =
        |(at, cell): (usize, &Vec<Inline>)| if at == 0 { vec![Inline::Strong(cell.clone())] } else { cell.clone() };
    row.iter().enumerate().map(strong).collect()
}

/// `name: value`
fn pair(row: &Row) -> Vec<Block> {
    let mut line = row.first().cloned().unwrap_or_default();
    if let Some(value) = row.get(1).filter(|value| !value.is_empty()) {
        line.push(text(": "));
        line.extend_from_slice(value);
    }
    vec![Block::Paragraph(line)]
}

/// `name · heading: value · heading: value`
fn in_a_line(head: &[Vec<Inline>], row: &Row) -> Vec<Inline> {
    let mut line = named(row).into_iter().next().unwrap_or_default();
    for cell in labelled(head, row) {
        line.push(text(" · "));
        line.extend(cell);
    }
    line
}

fn in_items(head: &[Vec<Inline>], row: &Row) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(named(row).into_iter().next().unwrap_or_default())];
    let items: Vec<Vec<Block>> = labelled(head, row).map(|cell| vec![Block::Paragraph(cell)]).collect();
    if !items.is_empty() {
        blocks.push(Block::List { start: None, items });
    }
    blocks
}

/// The cells behind the first, each with its heading; empty ones are left out.
fn labelled<'a>(head: &'a [Vec<Inline>], row: &'a Row) -> impl Iterator<Item = Vec<Inline>> + 'a {
    row.iter().enumerate().skip(1).filter(|(_, cell)| !cell.is_empty()).map(|(at, cell)| {
        let mut inlines = Vec::new();
        if let Some(label) = head.get(at).filter(|label| !label.is_empty()) {
            inlines.extend_from_slice(label);
            inlines.push(text(": "));
        }
        inlines.extend_from_slice(cell);
        inlines
    })
}

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::markup::{parse, plain};

    fn of(source: &str) -> Drawn {
        let blocks = parse(source);
        let [Block::Table { head, rows }] = blocks.as_slice() else { panic!("{blocks:?}") };
        drawn(head, rows)
    }

    fn rows(source: &str) -> Vec<Vec<Block>> {
        let Drawn::Rows(items) = of(source) else { panic!("{source} fits in columns") };
        items
    }

    fn said(items: &[Vec<Block>]) -> Vec<String> {
        items.iter().map(|item| plain(item).replace('\n', " / ")).collect()
    }

    #[test]
    fn what_fits_a_phone_stands_in_columns() {
        let Drawn::Columns(lines) = of("| beam | BLEU |\n|---|---|\n| 5 | 27.4 |") else { panic!("no columns") };
        assert_eq!(lines, "beam  BLEU\n   5  27.4");
    }

    #[test]
    fn two_columns_become_pairs() {
        let items = rows("| stage | time |\n|---|---|\n| candidate retrieval, then rules | 10 ms |\n| total | |");
        assert_eq!(said(&items), ["stage: time", "candidate retrieval, then rules: 10 ms", "total"]);
    }

    #[test]
    fn short_rows_are_lines_with_their_markup() {
        let items = rows(
            "| | done at | observation |\n|---|---|---|\n| P | fall, cut | angles and `k` velocities |\n| Q | | as now |",
        );
        assert_eq!(
            said(&items),
            ["P · done at: fall, cut · observation: angles and k velocities", "Q · observation: as now"]
        );
        assert!(format!("{items:?}").contains("Code(\"k\")"));
    }

    #[test]
    fn of_long_rows_each_cell_is_an_item() {
        let items = rows(
            "| plan | judge first | choose by |\n|---|---|---|\n| R | unjudged documents of both top tens, blind to the ranker that found them | precision, as above |",
        );
        assert_eq!(
            said(&items),
            [
                "R / judge first: unjudged documents of both top tens, blind to the ranker that found them / choose by: precision, as above"
            ]
        );
    }
}
