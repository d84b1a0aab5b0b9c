//! A table as a chat can show it: in columns where they fit a phone, else row by row.

use super::columns::{PHONE, whole_table, width};
use super::markup::{Block, Inline, plain_inlines};

/// The cells of a row.
type Row = Vec<Vec<Inline>>;

/// Up to this width a row is a line of text, which a phone breaks into three; of longer ones each cell is an item below.
const LINE: usize = 90;

/// The table as a code block with columns; or as a list, an item for each row: its first cell in bold, then the others by their headings.
#[must_use]
pub fn drawn(head: &[Vec<Inline>], rows: &[Row]) -> Block {
    let cells = |row: &[Vec<Inline>]| row.iter().map(|cell| plain_inlines(cell)).collect::<Vec<_>>();
    let all: Vec<Vec<String>> = rows.iter().map(|row| cells(row)).collect();
    match whole_table(&cells(head), &all, PHONE) {
        Some(text) => Block::Code { language: String::new(), text },
        None => Block::List { start: None, items: items(head, rows) },
    }
}

fn items(head: &[Vec<Inline>], rows: &[Row]) -> Vec<Vec<Block>> {
    // One heading need not be said in each row.
    if let [name, value] = head {
        let heading = pair(marked(name, Inline::Emphasis), marked(value, Inline::Emphasis));
        let row = |row: &Row| pair(name_of(row), row.get(1).cloned().unwrap_or_default());
        return std::iter::once(heading).chain(rows.iter().map(row)).collect();
    }
    let lines: Vec<Vec<Inline>> = rows.iter().map(|row| in_a_line(head, row)).collect();
    if lines.iter().all(|line| width(&plain_inlines(line)) <= LINE) {
        return lines.into_iter().map(|line| vec![Block::Paragraph(line)]).collect();
    }
    rows.iter().map(|row| in_items(head, row)).collect()
}

/// The first cell, in bold.
fn name_of(row: &Row) -> Vec<Inline> {
    row.first().map_or_else(Vec::new, |name| marked(name, Inline::Strong))
}

/// No mark stands around nothing.
fn marked(cell: &[Inline], with: fn(Vec<Inline>) -> Inline) -> Vec<Inline> {
    if cell.is_empty() { Vec::new() } else { vec![with(cell.to_vec())] }
}

/// `name: value`
fn pair(mut name: Vec<Inline>, value: Vec<Inline>) -> Vec<Block> {
    if !value.is_empty() {
        name.push(text(": "));
        name.extend(value);
    }
    vec![Block::Paragraph(name)]
}

/// `name · heading: value · heading: value`
fn in_a_line(head: &[Vec<Inline>], row: &Row) -> Vec<Inline> {
    let mut line = name_of(row);
    for cell in labelled(head, row) {
        line.push(text(" · "));
        line.extend(cell);
    }
    line
}

fn in_items(head: &[Vec<Inline>], row: &Row) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(name_of(row))];
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

    fn of(source: &str) -> Block {
        let blocks = parse(source);
        let [Block::Table { head, rows }] = blocks.as_slice() else { panic!("{blocks:?}") };
        drawn(head, rows)
    }

    fn rows(source: &str) -> Vec<Vec<Block>> {
        let Block::List { items, .. } = of(source) else { panic!("{source} fits in columns") };
        items
    }

    fn said(items: &[Vec<Block>]) -> Vec<String> {
        items.iter().map(|item| plain(item).replace('\n', " / ")).collect()
    }

    #[test]
    fn what_fits_a_phone_stands_in_columns() {
        let Block::Code { text, .. } = of("| beam | BLEU |\n|---|---|\n| 5 | 27.4 |") else { panic!("no columns") };
        assert_eq!(text, "beam  BLEU\n   5  27.4");
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
