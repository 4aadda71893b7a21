//! How the series of a chart are told apart: three lightnesses, plain or hatched.

use maud::{Markup, html};

/// Series that can be told apart; whatever is beyond is drawn together as the last one.
pub(crate) const MAX_SERIES: usize = 6;

/// The `fill` of a series: a hatch of this chart, or none where the class alone fills.
pub(crate) fn fill(chart: &str, series: usize) -> Option<String> {
    (3..MAX_SERIES)
        .contains(&series)
        .then(|| format!("url(#{chart}-h{series})"))
}

/// The hatches of a chart; `chart` makes their ids its own.
pub(crate) fn hatches(chart: &str, series: usize) -> Markup {
    html! {
        @if series > 3 {
            defs { @for i in 3..series.min(MAX_SERIES) {
                pattern id=(format!("{chart}-h{i}")) width="4" height="4" patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)" {
                    rect.under width="4" height="4" {}
                    rect class=(format!("s{}", i - 3)) width="2" height="4" {}
                }
            } }
        }
    }
}

/// The sample of a series in a legend.
pub(crate) fn swatch(chart: &str, series: usize) -> Markup {
    html! {
        svg.swatch width="12" height="12" aria-hidden="true" focusable="false" {
            rect class=(format!("s{series}")) fill=[fill(chart, series)] width="12" height="12" rx="2" {}
        }
    }
}
