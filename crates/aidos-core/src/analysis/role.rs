//! Who in a row attacks, and who is attacked.
//!
//! Firewall and alert rows are read by their direction and the private ranges. A private source that
//! comes in from outside is spoofed and no attacker; an answer to a connection from inside is none either.
//! Each verdict names its rule and a confidence, so that nobody has to believe it.

use aidos_model::{Event, Kind, Outcome};

use super::own::Own;

/// What a row says of its two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Verdict {
    /// Nothing: one side is unknown.
    Unknown,
    /// Both sides are inside.
    Internal,
    /// From inside to outside, or the answer to that.
    Outbound,
    /// From outside to a public address that no rule knows as own.
    Passing,
    /// From outside to inside.
    Inbound,
    /// A failed log-in from outside.
    LoginFailure,
    /// A detector said so.
    Alert,
    /// Two e-mail addresses stand in one row, one of them own. Nobody attacks.
    Correspondence,
}

impl Verdict {
    /// All of them, weakest first.
    pub const ALL: [Self; 8] = [
        Self::Unknown,
        Self::Internal,
        Self::Outbound,
        Self::Passing,
        Self::Inbound,
        Self::LoginFailure,
        Self::Alert,
        Self::Correspondence,
    ];

    /// The verdict of this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Whether an address inside acts, so that nothing is wrong as far as is known.
    pub const fn is_benign(self) -> bool {
        matches!(self, Self::Internal | Self::Outbound)
    }

    /// Whether the source is taken for an attacker, and the destination for its target.
    pub const fn is_attack(self) -> bool {
        matches!(
            self,
            Self::Passing | Self::Inbound | Self::LoginFailure | Self::Alert
        )
    }

    /// The rule as a word.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Unknown => "one_side_unknown",
            Self::Internal => "both_sides_private",
            Self::Outbound => "from_inside_or_answer",
            Self::Passing => "public_source_to_public_destination",
            Self::Inbound => "public_source_to_own_destination",
            Self::LoginFailure => "failed_login_from_public_source",
            Self::Alert => "alert_names_public_source",
            Self::Correspondence => "stands_in_a_row_with_own_address",
        }
    }

    /// The rule as a sentence.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Unknown => "Who acts towards whom is not known.",
            Self::Internal => "Both ends are inside.",
            Self::Outbound => {
                "An address inside acts towards the outside, or is answered from there."
            }
            Self::Passing => "An address outside acts towards a public address.",
            Self::Inbound => "An address outside acts towards the inside.",
            Self::LoginFailure => "A log-in from an address outside failed.",
            Self::Alert => "A detector raised an alert about an address outside.",
            Self::Correspondence => "The counterpart in an exchange of mail.",
        }
    }

    /// How sure the rule is that the source attacks, 0 to 100.
    pub const fn confidence(self) -> u8 {
        match self {
            Self::Unknown | Self::Internal | Self::Outbound => 0,
            Self::Passing | Self::Correspondence => 30,
            Self::Inbound => 50,
            Self::LoginFailure => 70,
            Self::Alert => 75,
        }
    }
}

/// Reads the roles of a row with addresses; e-mail rows have none.
pub fn verdict(event: &Event<'_>, own: &Own) -> Verdict {
    let Some(source) = event.source.ip else {
        return Verdict::Unknown;
    };
    let chain = event.routeros.chain.unwrap_or_default();
    // A translated side stands behind the translator, whatever its address.
    let source_inside = own.has_ip(source) || event.source.nat_ip.is_some() || chain == "output";
    let Some(destination) = event.destination.ip else {
        return match event.category {
            // A log-in that worked is no attack, whoever made it.
            ["authentication"] if !source_inside && event.outcome == Some(Outcome::Failure) => {
                Verdict::LoginFailure
            }
            _ if source_inside => Verdict::Internal,
            _ if event.kind == Kind::Alert => Verdict::Alert,
            _ => Verdict::Unknown,
        };
    };
    let destination_inside = own.has_ip(destination)
        || event.destination.nat_ip.is_some()
        || matches!(chain, "input" | "dstnat");
    match (source_inside, destination_inside) {
        (true, true) => Verdict::Internal,
        (true, false) => Verdict::Outbound,
        (false, _) if event.kind == Kind::Alert => Verdict::Alert,
        (false, _) if is_answer(event) => Verdict::Outbound,
        (false, true) => Verdict::Inbound,
        (false, false) => Verdict::Passing,
    }
}

/// Whether the row belongs to a connection that its destination began.
fn is_answer(event: &Event<'_>) -> bool {
    let Some(state) = event.routeros.state else {
        return false;
    };
    let mut begun = false;
    for word in state.split(',') {
        match word {
            // Source translation is made for connections from inside.
            "snat" => return true,
            "established" | "related" => begun = true,
            _ => {}
        }
    }
    // Services have low ports, who asks them has a high one.
    let (from, to) = (
        event.source.port.unwrap_or(0),
        event.destination.port.unwrap_or(0),
    );
    begun && from != 0 && from < 1024 && to >= 1024
}

#[cfg(test)]
mod tests {
    use super::*;
    use aidos_model::Endpoint;

    fn row(source: &str, destination: &str) -> Event<'static> {
        Event {
            source: Endpoint {
                ip: source.parse().ok(),
                port: Some(41000),
                ..Endpoint::default()
            },
            destination: Endpoint {
                ip: destination.parse().ok(),
                port: Some(22),
                ..Endpoint::default()
            },
            ..Event::default()
        }
    }

    #[test]
    fn direction_and_ranges_decide() {
        let own = Own::default();
        assert_eq!(
            verdict(&row("198.51.100.7", "192.168.0.1"), &own),
            Verdict::Inbound
        );
        assert_eq!(
            verdict(&row("192.168.0.1", "198.51.100.7"), &own),
            Verdict::Outbound
        );
        assert_eq!(
            verdict(&row("192.168.0.1", "10.0.0.1"), &own),
            Verdict::Internal
        );
        assert_eq!(
            verdict(&row("198.51.100.7", "203.0.113.1"), &own),
            Verdict::Passing
        );
        let configured = Own::parse(["203.0.113.0/24"]).unwrap();
        assert_eq!(
            verdict(&row("198.51.100.7", "203.0.113.1"), &configured),
            Verdict::Inbound
        );
        let mut input = row("198.51.100.7", "203.0.113.1");
        input.routeros.chain = Some("input");
        assert_eq!(verdict(&input, &own), Verdict::Inbound);
    }

    #[test]
    fn only_a_failed_log_in_is_an_attack() {
        let own = Own::default();
        let mut log_in = row("198.51.100.7", "");
        log_in.category = &["authentication"];
        log_in.outcome = Some(Outcome::Failure);
        assert_eq!(verdict(&log_in, &own), Verdict::LoginFailure);
        log_in.outcome = Some(Outcome::Success);
        assert!(!verdict(&log_in, &own).is_attack());
    }

    #[test]
    fn answers_and_spoofed_sources_are_no_attacks() {
        let own = Own::default();
        let mut answer = row("198.51.100.7", "192.168.0.1");
        answer.source.port = Some(443);
        answer.destination.port = Some(50849);
        answer.routeros.state = Some("established");
        assert_eq!(verdict(&answer, &own), Verdict::Outbound);
        answer.routeros.state = Some("new");
        assert_eq!(verdict(&answer, &own), Verdict::Inbound);
        let mut spoofed = row("10.9.9.9", "192.168.0.1");
        spoofed.kind = Kind::Alert;
        assert!(!verdict(&spoofed, &own).is_attack());
    }
}
