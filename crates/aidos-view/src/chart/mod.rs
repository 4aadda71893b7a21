//! Charts: functions from numbers to HTML and SVG, used by the report and by the pages.
//!
//! Rules that all of them keep:
//! - A chart never stands alone: it is itself a table (bars, heat map), or it has a table twin that says
//!   the same (histogram), or it repeats a number that stands beside it (bar, strip, sparkline).
//! - Geometry is in SVG attributes and in per cent, so that a chart fits any width while its letters keep
//!   their size. There is no `style` attribute and no script.
//! - Colour never speaks alone: series differ in lightness and hatching, heat cells show their number.
//! - An SVG that holds links is a `group` with a title, one without is an `img` with a label.

pub mod bars;
pub mod heat;
pub mod histogram;
pub mod spark;
pub mod strip;

mod series;

use maud::{Markup, html};

use crate::number::thousands;

/// A link to a place on the same page, and optionally the name of the place where the link stands.
///
/// It is made from words of this program only; whatever is not a letter, a digit or a hyphen becomes a
/// hyphen, so no foreign text can turn into a scheme or end the attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    href: String,
    anchor: Option<String>,
}

impl Link {
    /// A link to the element of this page whose `id` is `id`.
    ///
    /// ```
    /// use aidos_view::chart::Link;
    /// assert_eq!(Link::fragment("e-1").href(), "#e-1");
    /// assert_eq!(Link::fragment("\"><x").href(), "#---x");
    /// ```
    pub fn fragment(id: &str) -> Self {
        Self {
            href: format!("#{}", slug(id)),
            anchor: None,
        }
    }

    /// The same link, with an `id` of its own, so that its target can lead back to it.
    #[must_use]
    pub fn named(mut self, id: &str) -> Self {
        self.anchor = Some(slug(id));
        self
    }

    /// The same link without a name, for the second time it is drawn.
    #[must_use]
    pub fn unnamed(&self) -> Self {
        Self {
            href: self.href.clone(),
            anchor: None,
        }
    }

    /// Where it leads.
    pub fn href(&self) -> &str {
        &self.href
    }

    /// The `id` that it carries itself.
    pub fn anchor(&self) -> Option<&str> {
        self.anchor.as_deref()
    }
}

fn slug(id: &str) -> String {
    id.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect()
}

/// A number, and the link to what stands behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// The number.
    pub value: u64,
    /// Where the things it counts are listed.
    pub link: Option<Link>,
}

impl Figure {
    /// Draws the number with grouped digits, as a link where there is one.
    pub fn draw(&self) -> Markup {
        let digits = thousands(self.value);
        html! {
            @if let Some(link) = &self.link {
                a.n href=(link.href()) id=[link.anchor()] { (digits) }
            } @else { span.n { (digits) } }
        }
    }
}

impl From<u64> for Figure {
    fn from(value: u64) -> Self {
        Self { value, link: None }
    }
}

/// What a colour says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Context, nothing to act on: grey.
    #[default]
    Context,
    /// Cleared, or the way to act: green.
    Clear,
    /// Personal, raw or changed: amber-brown.
    Personal,
    /// Harm or failure: red.
    Harm,
    /// Infrastructure: indigo.
    Infrastructure,
}

impl Tone {
    /// The class that the style sheet knows.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Context => "t-context",
            Self::Clear => "t-clear",
            Self::Personal => "t-personal",
            Self::Harm => "t-harm",
            Self::Infrastructure => "t-infra",
        }
    }
}
