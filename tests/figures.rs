//! Pictures from outside: every figure of the bank in every variant, one of each kind as it is written, and any other.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use resvg::tiny_skia::Pixmap;
use resvg::usvg::{Group, Node, Options, TextChunk, Tree, fontdb};
use trapline::bank::Bank;
use trapline::core::figure::{
    Axis, Bar, Bars, Chart, Direction, Figure, Grid, Lane, Limit, Line, Mark, Part, Pile, Plot, Point, Scale, Span,
    Stack, Timeline,
};
use trapline::figure::{Theme, png, svg};

/// The typeface that the pictures are laid out for.
static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../src/figure/font/DejaVuSans-subset.ttf").to_vec());
    Options { fontdb: Arc::new(fonts), ..Options::default() }
});

/// A text of a picture with its box: left, top, right, bottom.
type Label = (String, [f32; 4]);

/// Reads a picture back; gives its size and its texts.
fn read(svg: &str) -> (f32, f32, Vec<Label>) {
    let tree = Tree::from_str(svg, &OPTIONS).unwrap_or_else(|error| panic!("{error} in {svg}"));
    let mut labels = Vec::new();
    collect(tree.root(), &mut labels);
    (tree.size().width(), tree.size().height(), labels)
}

fn collect(group: &Group, labels: &mut Vec<Label>) {
    for node in group.children() {
        match node {
            Node::Group(group) => collect(group, labels),
            Node::Text(text) => {
                let words = text.chunks().iter().map(TextChunk::text).collect();
                let rect = text.abs_bounding_box();
                labels.push((words, [rect.left(), rect.top(), rect.right(), rect.bottom()]));
            }
            _ => {}
        }
    }
}

/// The first thing that makes a picture illegible.
fn flaw(svg: &str) -> Option<String> {
    let (width, height, labels) = read(svg);
    if svg.contains("NaN") || svg.contains("inf\"") || width != 400.0 {
        return Some("a coordinate that is none".to_owned());
    }
    let out = |[left, top, right, bottom]: [f32; 4]| left < 0.0 || top < 0.0 || right > width || bottom > height;
    labels.iter().find(|(_, at)| out(*at)).map(|(words, at)| format!("'{words}' leaves the picture: {at:?}"))
}

/// Two texts that cover each other.
fn collision(svg: &str) -> Option<String> {
    let (.., labels) = read(svg);
    // Boxes are as high as the line; letters fill less.
    let apart =
        |a: [f32; 4], b: [f32; 4]| a[2] < b[0] + 1.0 || b[2] < a[0] + 1.0 || a[3] < b[1] + 4.0 || b[3] < a[1] + 4.0;
    let pairs = labels.iter().enumerate().flat_map(|(i, a)| labels[..i].iter().map(move |b| (a, b)));
    pairs.into_iter().find(|(a, b)| !apart(a.1, b.1)).map(|(a, b)| format!("'{}' covers '{}'", a.0, b.0))
}

#[test]
fn every_figure_of_the_bank_is_legible_in_every_variant() {
    let bank = Bank::builtin().expect("the bank is sound");
    let variants = bank.entries().iter().flat_map(|entry| &entry.variants);
    let figures: Vec<_> = variants.filter_map(|trap| Some((&trap.id, trap.figure.as_ref()?))).collect();
    assert!(figures.len() > 20, "{} figures", figures.len());
    for (id, figure) in figures {
        for theme in [Theme::Light, Theme::Dark] {
            let svg = svg(figure, theme);
            let found = flaw(&svg).or_else(|| collision(&svg));
            assert_eq!(found, None, "the figure of {id}: {}", figure.title);
        }
        let picture = Pixmap::decode_png(&png(figure, Theme::Dark)).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(picture.width(), 800, "{id}");
    }
}

#[test]
fn the_words_of_a_figure_stay_words() {
    let evil = "<script>alert(1)</script> & \"quoted\" 'so'";
    let mut figure = of_kind("bars");
    figure.title = evil.to_owned();
    figure.alt = evil.to_owned();
    for theme in [Theme::Light, Theme::Page] {
        let svg = svg(&figure, theme);
        assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp;"), "{svg}");
        assert!(svg.contains("role=\"img\" aria-label=\"&lt;script"), "{svg}");
    }
}

#[test]
fn a_picture_within_a_page_takes_the_pages_colours() {
    let svg = svg(&of_kind("stack"), Theme::Page);
    assert!(!svg.contains('#') && !svg.contains("style=") && svg.contains("var(--figure-0)"), "{svg}");
}

#[test]
fn one_of_each_kind() {
    for kind in ["bars", "stack", "curve", "grid", "timeline"] {
        let svg = svg(&of_kind(kind), Theme::Light);
        assert_eq!(flaw(&svg).or_else(|| collision(&svg)), None, "{kind}");
        insta::assert_snapshot!(kind, svg);
    }
}

/// Parts have colours of their own, so that of a mark's colour there is no area to explain.
#[test]
fn the_marks_of_a_stack_are_named_without_a_square() {
    let mut figure = of_kind("stack");
    let Chart::Stack(stack) = &mut figure.chart else { panic!("a stack") };
    stack.bars.push(Pile { mark: Some(Mark::Bait), label: "counted".into(), ..stack.bars[0].clone() });
    stack.bars[0].mark = Some(Mark::Right);
    let svg = svg(&figure, Theme::Page);
    for (mark, colour) in [("✓ right", "right"), ("✗ the bait", "bait")] {
        let colour = format!("fill=\"var(--figure-{colour})\"");
        let drawn = |line: &str| line.starts_with("<rect") && line.contains(&colour);
        assert!(!svg.lines().any(drawn), "a square in a colour that no bar has: {svg}");
        assert!(svg.lines().any(|line| line.contains(mark) && line.contains(&colour)), "{svg}");
    }
}

fn limit(label: &str, value: f64, axis: Direction) -> Limit {
    Limit { label: label.into(), value, axis }
}

fn axis(label: &str, scale: Scale, ends: Option<(f64, f64)>) -> Axis {
    Axis { label: label.into(), scale, from: ends.map(|ends| ends.0), to: ends.map(|ends| ends.1) }
}

fn of_kind(kind: &str) -> Figure {
    let chart = match kind {
        "bars" => {
            let bar = |label: &str, value, mark| Bar { label: label.into(), value, mark };
            let bars = vec![bar("counted", 28.0, Some(Mark::Bait)), bar("at the first step", 112.0, Some(Mark::Right))];
            Chart::Bars(Bars { scale: Scale::Log, bars, limits: vec![limit("the card", 80.0, Direction::Y)] })
        }
        "stack" => {
            let part = |label: &str, value| Part { label: label.into(), value };
            let parts = vec![part("weights", 14.0), part("gradients", 14.0), part("states", 84.0)];
            let bars = vec![Pile { label: "at the first step".into(), parts, mark: None }];
            Chart::Stack(Stack { bars, limits: vec![limit("the card", 80.0, Direction::Y)] })
        }
        "curve" => {
            let line = |label: &str, runs| Line { label: label.into(), runs };
            let point = |label: &str, x, y, mark| Point { label: label.into(), x, y, mark };
            Chart::Curve(Plot {
                x: axis("FLOP per byte", Scale::Log, Some((1.0, 1000.0))),
                y: axis("TFLOP/s at most", Scale::Log, None),
                curves: vec![
                    line("new card", vec![vec![(1.0, 1.0), (500.0, 500.0), (1000.0, 500.0)]]),
                    line("interrupted", vec![vec![(1.0, 3.0), (5.0, 3.0)], vec![(50.0, 9.0), (90.0, 9.0)]]),
                ],
                points: vec![point("here", 2.0, 2.0, Some(Mark::Bait)), point("fused", 8.0, 8.0, Some(Mark::Right))],
                limits: vec![limit("ridge", 500.0, Direction::X), limit("half", 250.0, Direction::Y)],
            })
        }
        "grid" => Chart::Grid(Grid {
            row_label: "query".into(),
            column_label: "key".into(),
            row_labels: vec!["a".into(), "b".into(), "c".into()],
            column_labels: vec!["first".into(), "second".into(), "third".into()],
            cells: vec![vec![1.0, 0.0, 0.0], vec![0.5, 0.5, 0.0], vec![0.25, 0.25, 0.5]],
            show: true,
        }),
        _ => {
            let span = |label: &str, from, to| Span { label: label.into(), from, to };
            let lane = |label: &str, spans| Lane { label: label.into(), spans };
            Chart::Timeline(Timeline {
                lanes: vec![
                    lane(
                        "GPU 0",
                        vec![span("forward", 0.0, 10.0), span("wait", 10.0, 40.0), span("backward", 40.0, 60.0)],
                    ),
                    lane(
                        "GPU 1",
                        vec![span("wait", 0.0, 10.0), span("forward", 10.0, 20.0), span("backward", 20.0, 40.0)],
                    ),
                ],
            })
        }
    };
    Figure { title: "What it is about".into(), alt: format!("A picture of kind {kind}."), unit: "GB".into(), chart }
}

fn words(most: usize) -> impl Strategy<Value = String> {
    let any = ["[a-z0-9 ]", "W", "[<>&\"'α-ωW ]"]
        .map(|one| prop::string::string_regex(&format!("{one}{{1,{most}}}")).expect("a sound expression"));
    let [plain, wide, strange] = any;
    prop_oneof![plain, wide, strange]
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![-1e3..1e3, 0.0..1.0, Just(0.0), 1e-9..1e-6, 1e6..1e12, prop::num::f64::NORMAL.prop_map(|x| x % 1e99)]
}

fn positive() -> impl Strategy<Value = f64> {
    value().prop_map(|x| x.abs().max(1e-90))
}

fn marked() -> impl Strategy<Value = Option<Mark>> {
    prop::option::of(prop_oneof![Just(Mark::Right), Just(Mark::Bait)])
}

fn limits(value: impl Strategy<Value = f64>) -> impl Strategy<Value = Vec<Limit>> {
    prop::collection::vec((words(24), value), 0..=2)
        .prop_map(|all| all.into_iter().map(|(label, value)| Limit { label, value, axis: Direction::Y }).collect())
}

fn bars() -> impl Strategy<Value = Chart> {
    let with = |scale: Scale, value: BoxedStrategy<f64>| {
        let bar = (words(24), value.clone(), marked()).prop_map(|(label, value, mark)| Bar { label, value, mark });
        (prop::collection::vec(bar, 2..=8), limits(value))
            .prop_map(move |(bars, limits)| Chart::Bars(Bars { scale, bars, limits }))
    };
    prop_oneof![with(Scale::Linear, value().boxed()), with(Scale::Log, positive().boxed())]
}

fn stack() -> impl Strategy<Value = Chart> {
    let part = (words(24), positive()).prop_map(|(label, value)| Part { label, value });
    let pile = (words(24), prop::collection::vec(part, 1..=6), marked()).prop_map(|(label, parts, mark)| Pile {
        label,
        parts,
        mark,
    });
    (prop::collection::vec(pile, 1..=6), limits(positive()))
        .prop_map(|(bars, limits)| Chart::Stack(Stack { bars, limits }))
}

fn curve() -> impl Strategy<Value = Chart> {
    let line = (words(24), prop::collection::vec(value(), 2..40));
    let lines = prop::collection::vec(line, 1..=4);
    let points = prop::collection::vec((words(24), 0.0..1.0, value(), marked()), 0..=6);
    (lines, points, limits(value()), words(40), words(40)).prop_map(|(lines, points, limits, x, y)| {
        let run = |values: Vec<f64>| {
            let last = (values.len() - 1) as f64;
            vec![values.into_iter().enumerate().map(|(at, y)| (at as f64 / last, y)).collect()]
        };
        Chart::Curve(Plot {
            x: axis(&x, Scale::Linear, Some((0.0, 1.0))),
            y: axis(&y, Scale::Linear, None),
            curves: lines.into_iter().map(|(label, values)| Line { label, runs: run(values) }).collect(),
            points: points.into_iter().map(|(label, x, y, mark)| Point { label, x, y, mark }).collect(),
            limits,
        })
    })
}

fn grid() -> impl Strategy<Value = Chart> {
    (1_usize..=16, 1_usize..=16, value(), any::<bool>(), words(12), words(24)).prop_map(
        |(rows, columns, step, show, label, name)| {
            Chart::Grid(Grid {
                row_label: name.clone(),
                column_label: name,
                row_labels: vec![label.clone(); rows],
                column_labels: vec![label; columns],
                cells: (0..rows).map(|row| (0..columns).map(|column| step * (row + column) as f64).collect()).collect(),
                show,
            })
        },
    )
}

fn timeline() -> impl Strategy<Value = Chart> {
    let lane = (words(24), prop::collection::vec((words(24), positive()), 1..=12));
    prop::collection::vec(lane, 1..=8).prop_map(|lanes| {
        let spans = |steps: Vec<(String, f64)>| {
            let mut now = 0.0;
            let span = |(label, step): (String, f64)| {
                let from = now;
                now += step;
                Span { label, from, to: now }
            };
            steps.into_iter().map(span).collect()
        };
        let lanes = lanes.into_iter().map(|(label, steps)| Lane { label, spans: spans(steps) });
        Chart::Timeline(Timeline { lanes: lanes.collect() })
    })
}

#[test]
fn bars_of_nothing_can_be_drawn() {
    let bars = ["a", "b"].map(|label| Bar { label: label.into(), value: 0.0, mark: None }).to_vec();
    let chart = Chart::Bars(Bars { scale: Scale::Linear, bars, limits: Vec::new() });
    let figure = Figure { title: "Nothing".into(), alt: "alt".into(), unit: "GB".into(), chart };
    assert_eq!(flaw(&svg(&figure, Theme::Light)), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_figure_can_be_drawn(
        chart in prop_oneof![bars(), stack(), curve(), grid(), timeline()],
        title in words(60),
        unit in "[A-Z/]{0,12}",
    ) {
        let figure = Figure { title, alt: "alt".into(), unit, chart };
        prop_assert_eq!(flaw(&svg(&figure, Theme::Light)), None);
    }
}
