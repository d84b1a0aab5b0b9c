//! CommonMark, as far as traps and sentences use it: one parse, and a writer for each platform in its adapter.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::names::is_invisible;

/// A block of text.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    Paragraph(Vec<Inline>),
    Heading(Vec<Inline>),
    /// Ordered lists carry their first number.
    List {
        start: Option<u64>,
        items: Vec<Vec<Block>>,
    },
    Code {
        language: String,
        text: String,
    },
    Quote(Vec<Block>),
    Table {
        head: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
    Rule,
}

/// A run of text within a block.
#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    Text(String),
    Code(String),
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    Link {
        to: Link,
        label: Vec<Inline>,
    },
    /// A hard line break. A soft one is a space.
    Break,
}

/// Where a link leads. Besides the web, cards use four schemes of their own, with a label for platforms that can't
/// show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    Web(String),
    /// `time:UNIX` or `time:UNIX:R`: an instant, shown in each reader's zone; relative with `R`.
    Time {
        unix: i64,
        relative: bool,
    },
    /// `channel:ID`
    Channel(String),
    /// `role:ID`
    Role(String),
    /// `place:`: what the platform calls the place that one is in; the label is "server".
    Place,
}

impl Link {
    /// Reads a destination; none for a scheme that no platform should open, such as `javascript:`.
    fn parse(to: &str) -> Option<Self> {
        let id = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric()).then(|| text.to_owned());
        match to.split_once(':')? {
            ("http" | "https", _) => Some(Self::Web(to.to_owned())),
            ("time", rest) => {
                let (unix, relative) = rest.strip_suffix(":R").map_or((rest, false), |unix| (unix, true));
                Some(Self::Time { unix: unix.parse().ok()?, relative })
            }
            ("channel", rest) => id(rest).map(Self::Channel),
            ("role", rest) => id(rest).map(Self::Role),
            ("place", "") => Some(Self::Place),
            _ => None,
        }
    }
}

/// Parses CommonMark with tables. HTML and images become their text; never fails.
#[must_use]
pub fn parse(text: &str) -> Vec<Block> {
    if is_bare(text) {
        return vec![Block::Paragraph(vec![Inline::Text(text.to_owned())])];
    }
    parse_all(text)
}

/// Whether nothing of a text can be markup: most of what is said in a message, which need not be parsed then.
fn is_bare(text: &str) -> bool {
    let plain =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | ',' | ';' | ':' | '?' | '\'' | '(' | ')' | '/' | '%');
    text.starts_with(char::is_alphabetic) && !text.ends_with(' ') && text.chars().all(plain)
}

fn parse_all(text: &str) -> Vec<Block> {
    let mut tree = Tree::default();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        tree.take(event);
    }
    tree.finish()
}

/// An element that is still open while the parser walks through it.
enum Open {
    Blocks(Wrap, Vec<Block>),
    Inlines(Span, Vec<Inline>),
    Code { language: String, text: String },
    Items(Option<u64>, Vec<Vec<Block>>),
    Table { head: Vec<Vec<Inline>>, rows: Vec<Vec<Vec<Inline>>> },
    Row(Vec<Vec<Inline>>),
}

enum Wrap {
    Document,
    Quote,
    Item,
}

enum Span {
    Paragraph,
    Heading,
    Cell,
    Strong,
    Emphasis,
    /// None: a destination that is not opened; the label stays.
    Link(Option<Link>),
    /// A run of text directly in an item of a tight list.
    Bare,
}

/// Builds the tree: a stack of open elements.
struct Tree(Vec<Open>);

impl Default for Tree {
    fn default() -> Self {
        Self(vec![Open::Blocks(Wrap::Document, Vec::new())])
    }
}

impl Tree {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => self.end(end),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(code) => self.inline(Inline::Code(code.into_string())),
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.inline(Inline::Break),
            Event::Rule => self.block(Block::Rule),
            // Extensions that are not switched on.
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let open = match tag {
            Tag::Paragraph | Tag::HtmlBlock => Open::Inlines(Span::Paragraph, Vec::new()),
            Tag::Heading { .. } => Open::Inlines(Span::Heading, Vec::new()),
            Tag::BlockQuote(_) => Open::Blocks(Wrap::Quote, Vec::new()),
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                Open::Code { language, text: String::new() }
            }
            Tag::List(start) => Open::Items(start, Vec::new()),
            Tag::Item => Open::Blocks(Wrap::Item, Vec::new()),
            Tag::Table(_) => Open::Table { head: Vec::new(), rows: Vec::new() },
            Tag::TableHead | Tag::TableRow => Open::Row(Vec::new()),
            Tag::TableCell => Open::Inlines(Span::Cell, Vec::new()),
            Tag::Strong => Open::Inlines(Span::Strong, Vec::new()),
            Tag::Link { dest_url, .. } => Open::Inlines(Span::Link(Link::parse(&dest_url)), Vec::new()),
            // An image is its alternative text; the rest are extensions that are not switched on.
            _ => Open::Inlines(Span::Emphasis, Vec::new()),
        };
        if !matches!(&open, Open::Inlines(Span::Strong | Span::Emphasis | Span::Link(_), _)) {
            self.close_bare();
        }
        self.0.push(open);
    }

    fn end(&mut self, end: TagEnd) {
        if matches!(end, TagEnd::Item | TagEnd::BlockQuote(_)) {
            self.close_bare();
        }
        let Some(open) = self.0.pop() else { return };
        match open {
            Open::Blocks(Wrap::Quote, blocks) => self.block(Block::Quote(blocks)),
            Open::Blocks(Wrap::Item, blocks) => {
                if let Some(Open::Items(_, items)) = self.0.last_mut() {
                    items.push(blocks);
                }
            }
            Open::Blocks(Wrap::Document, blocks) => self.0.push(Open::Blocks(Wrap::Document, blocks)),
            Open::Inlines(span, inlines) => self.close(span, inlines),
            Open::Code { language, text } => self.block(Block::Code { language, text }),
            Open::Items(start, items) => self.block(Block::List { start, items }),
            Open::Table { head, rows } => self.block(Block::Table { head, rows }),
            Open::Row(cells) => {
                if let Some(Open::Table { head, rows }) = self.0.last_mut() {
                    if matches!(end, TagEnd::TableHead) {
                        *head = cells;
                    } else {
                        rows.push(cells);
                    }
                }
            }
        }
    }

    fn close(&mut self, span: Span, inlines: Vec<Inline>) {
        match span {
            Span::Paragraph | Span::Bare => {
                if !inlines.is_empty() {
                    self.block(Block::Paragraph(inlines));
                }
            }
            Span::Heading => self.block(Block::Heading(inlines)),
            Span::Cell => {
                if let Some(Open::Row(cells)) = self.0.last_mut() {
                    cells.push(inlines);
                }
            }
            Span::Strong => self.inline(Inline::Strong(inlines)),
            Span::Emphasis => self.inline(Inline::Emphasis(inlines)),
            Span::Link(Some(to)) => self.inline(Inline::Link { to, label: inlines }),
            Span::Link(None) => inlines.into_iter().for_each(|inline| self.inline(inline)),
        }
    }

    /// Ends the run of bare text that a block element or the end of the item cuts off.
    fn close_bare(&mut self) {
        if matches!(self.0.last(), Some(Open::Inlines(Span::Bare, _)))
            && let Some(Open::Inlines(span, inlines)) = self.0.pop()
        {
            self.close(span, inlines);
        }
    }

    fn block(&mut self, block: Block) {
        self.close_bare();
        if let Some(Open::Blocks(_, blocks)) = self.0.last_mut() {
            blocks.push(block);
        }
    }

    fn inline(&mut self, inline: Inline) {
        if matches!(self.0.last(), Some(Open::Blocks(..))) {
            self.0.push(Open::Inlines(Span::Bare, Vec::new()));
        }
        if let Some(Open::Inlines(_, inlines)) = self.0.last_mut() {
            match (inlines.last_mut(), inline) {
                (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
                (_, inline) => inlines.push(inline),
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(Open::Code { text: code, .. }) = self.0.last_mut() {
            code.push_str(text);
        } else {
            self.inline(Inline::Text(text.to_owned()));
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.close_bare();
        match self.0.pop() {
            Some(Open::Blocks(Wrap::Document, blocks)) => blocks,
            _ => Vec::new(),
        }
    }
}

/// Makes text of any origin stand for itself in CommonMark: no markup, link, mention or line break comes out of it.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut scheme = false;
    for c in text.chars() {
        if c.is_whitespace() {
            out.push(' ');
        } else if c.is_control() || is_invisible(c) {
            continue;
        } else {
            if c.is_ascii_punctuation() {
                out.push('\\');
            }
            out.push(c);
            // Some chats make a link of any `scheme://`; a zero-width space after the colon keeps it text.
            if scheme && c == '/' {
                out.insert(out.len() - 2, '\u{200b}');
            }
        }
        scheme = c == ':';
    }
    out
}

/// The text without its markup: blocks on lines of their own, table cells parted by a bar.
#[must_use]
pub fn plain(blocks: &[Block]) -> String {
    let lines: Vec<String> = blocks.iter().map(plain_block).collect();
    lines.join("\n")
}

fn plain_block(block: &Block) -> String {
    match block {
        Block::Paragraph(inlines) | Block::Heading(inlines) => plain_inlines(inlines),
        Block::List { items, .. } => items.iter().map(|item| plain(item)).collect::<Vec<_>>().join("\n"),
        Block::Code { text, .. } => text.trim_end().to_owned(),
        Block::Quote(blocks) => plain(blocks),
        Block::Table { head, rows } => {
            let line =
                |cells: &Vec<Vec<Inline>>| cells.iter().map(|c| plain_inlines(c)).collect::<Vec<_>>().join(" | ");
            std::iter::once(head).chain(rows).map(line).collect::<Vec<_>>().join("\n")
        }
        Block::Rule => String::new(),
    }
}

/// The text of a run without its markup.
#[must_use]
pub fn plain_inlines(inlines: &[Inline]) -> String {
    let mut out = String::new();
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Link { label: inner, .. } => {
                out.push_str(&plain_inlines(inner));
            }
            Inline::Break => out.push('\n'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(t: &str) -> Inline {
        Inline::Text(t.to_owned())
    }

    #[test]
    fn soft_breaks_join_and_hard_breaks_stay() {
        let blocks = parse("one\ntwo  \nthree");
        assert_eq!(blocks, [Block::Paragraph(vec![text("one two"), Inline::Break, text("three")])]);
    }

    #[test]
    fn tight_and_nested_lists_keep_their_shape() {
        let blocks = parse("- one\n- two\n  1. deep\n");
        let Block::List { start: None, items } = &blocks[0] else { panic!("{blocks:?}") };
        assert_eq!(items[0], [Block::Paragraph(vec![text("one")])]);
        assert_eq!(items[1][0], Block::Paragraph(vec![text("two")]));
        assert!(matches!(&items[1][1], Block::List { start: Some(1), items } if items.len() == 1));
    }

    #[test]
    fn tables_have_a_head_and_rows() {
        let blocks = parse("| a | b |\n|---|---|\n| 1 | `2` |\n");
        let expected = Block::Table {
            head: vec![vec![text("a")], vec![text("b")]],
            rows: vec![vec![vec![text("1")], vec![Inline::Code("2".into())]]],
        };
        assert_eq!(blocks, [expected]);
    }

    #[test]
    fn only_known_schemes_become_links() {
        let link = |source: &str| match parse(source).remove(0) {
            Block::Paragraph(mut inlines) => inlines.remove(0),
            other => panic!("{other:?}"),
        };
        assert!(matches!(link("[x](https://e.org)"), Inline::Link { to: Link::Web(_), .. }));
        assert!(matches!(link("[x](time:12:R)"), Inline::Link { to: Link::Time { unix: 12, relative: true }, .. }));
        assert!(matches!(link("[x](channel:77)"), Inline::Link { to: Link::Channel(_), .. }));
        assert_eq!(link("[x](javascript:alert)"), text("x"));
        assert_eq!(link("[x](role:7\\>\\<@1)"), text("x"));
    }

    #[test]
    fn sentences_need_no_parsing_and_markup_does() {
        assert!(is_bare("Sure pays well, if (and only if) you are right: why?"));
        for source in
            ["", "1. One", "- one", "# Head", "a *b*", "a\nb", "a  ", "a `b`", "a <b>", "a & b", "[a](b)", "a | b"]
        {
            assert!(!is_bare(source), "{source:?}");
        }
    }

    #[test]
    fn html_is_text() {
        assert_eq!(plain(&parse("a <b>c</b>")), "a <b>c</b>");
        assert!(plain(&parse("<script>alert(1)</script>")).contains("<script>"));
    }

    proptest! {
        #[test]
        fn escaped_text_is_one_plain_run(name in "[^\\pC]{1,40}") {
            let wrapped = format!("Hello {} there", escape(&name));
            let blocks = parse(&wrapped);
            prop_assert_eq!(blocks.len(), 1);
            let Block::Paragraph(inlines) = &blocks[0] else { panic!("{blocks:?}") };
            prop_assert!(inlines.iter().all(|i| matches!(i, Inline::Text(_))), "{:?}", inlines);
            let back = plain(&blocks).replace('\u{200b}', "");
            let clean: String = name.chars().filter(|c| !is_invisible(*c)).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
            prop_assert_eq!(back, format!("Hello {clean} there"));
        }

        #[test]
        fn what_is_not_parsed_has_no_markup(source in "[\\pL\\pN .,;:?'()/%]{0,30}") {
            if is_bare(&source) {
                prop_assert_eq!(parse(&source), parse_all(&source));
            }
        }

        #[test]
        fn parsing_never_fails(source in "\\PC{0,200}") {
            let _ = plain(&parse(&source));
        }
    }
}
