//! Packs of strangers: what they hold is refused quickly, whatever it asks for.

use super::{NUMBER, changed};

#[test]
fn what_would_never_end_or_fit_is_refused() {
    let formulas = [
        "comb(1000000000000, 500000000000)",
        "('x' * 3000000000)|length",
        "([1] * 3000000000)|length",
        "10 ** 10000000",
        "(((9 ** 999) ** 999) ** 999)",
    ];
    for formula in formulas {
        let to = format!("cards = \"ceil(total_gb / card_gb)\"\nevil_gb = \"{formula}\"");
        let report = changed(NUMBER, "cards = \"ceil(total_gb / card_gb)\"", &to);
        assert!(report.contains("'evil_gb' can't be computed"), "{formula}: {report}");
    }
    let texts = [
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 3000000000 }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ];
    for text in texts {
        let report = changed(NUMBER, "## Explanation\n", &format!("## Explanation\n\n{text}\n"));
        assert!(report.contains("the text can't be filled in"), "{text}: {report}");
    }
}

#[test]
fn a_text_reads_no_file_and_calls_nothing() {
    for text in [
        "{% include '/etc/passwd' %}",
        "{% import '../../trapline.toml' as t %}",
        "{{ params_b.__class__ }}",
        "{{ env('DISCORD_TOKEN') }}",
        "{{ read('/etc/passwd') }}",
    ] {
        let report = changed(NUMBER, "## Explanation\n", &format!("## Explanation\n\n{text}\n"));
        assert!(report.contains("the text can't be filled in"), "{text}: {report}");
    }
}
