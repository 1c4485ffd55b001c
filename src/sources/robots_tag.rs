//! Rules for robots in `X-Robots-Tag` headers and `<meta name="robots">`: opt-outs as img2dataset reads them, and `nofollow`.

/// The name by which rules address this program.
pub const ROBOT: &str = "gleaner";

/// Rules by which an owner or host asks that pictures are not collected.
const OPT_OUT_RULES: [&str; 5] = ["noai", "noimageai", "noindex", "noimageindex", "none"];

/// Rules with a value after a colon.
const RULES_WITH_VALUES: [&str; 4] = ["max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"];

/// What rules ask of this program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RobotsTag {
    /// Nothing may be collected.
    pub opts_out: bool,
    /// Links may not be followed.
    pub nofollow: bool,
}

impl RobotsTag {
    /// The rules of a header, for all robots or for Gleaner.
    pub fn of_header(value: &str) -> Self {
        // `gleaner: noai` is for Gleaner; `max-snippet:-1, noai` begins with a rule with a value and is for all.
        let named =
            value.split_once(':').filter(|(name, _)| !name.contains(',') && !RULES_WITH_VALUES.contains(&name.trim()));
        match named {
            Some((robot, rules)) if robot.trim().eq_ignore_ascii_case(ROBOT) => Self::of_rules(rules),
            Some(_) => Self::default(),
            None => Self::of_rules(value),
        }
    }

    /// The rules of `<meta name="NAME" content="CONTENT">`.
    pub fn of_meta(name: &str, content: &str) -> Self {
        let ours = ["robots", ROBOT].iter().any(|robot| name.trim().eq_ignore_ascii_case(robot));
        if ours { Self::of_rules(content) } else { Self::default() }
    }

    /// What both ask.
    pub fn and(self, other: Self) -> Self {
        Self { opts_out: self.opts_out || other.opts_out, nofollow: self.nofollow || other.nofollow }
    }

    fn of_rules(rules: &str) -> Self {
        let mut asked = Self::default();
        for rule in rules.split(',').map(|rule| rule.trim().to_ascii_lowercase()) {
            asked.opts_out |= OPT_OUT_RULES.contains(&rule.as_str());
            asked.nofollow |= matches!(rule.as_str(), "nofollow" | "none");
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::RobotsTag;

    #[test]
    fn an_opt_out_is_recognised_among_other_rules_and_for_other_robots_ignored() {
        for value in ["noai", "noimageai, max-image-preview:large", "max-snippet:-1, NOAI", "gleaner: noindex", "none"]
        {
            assert!(RobotsTag::of_header(value).opts_out, "{value}");
        }
        for value in ["all", "max-image-preview:large", "otherbot: noai", "unavailable_after: 25 Jun 2030 15:00:00 PST"]
        {
            assert!(!RobotsTag::of_header(value).opts_out, "{value}");
        }
        let nofollow = RobotsTag { opts_out: false, nofollow: true };
        assert_eq!(RobotsTag::of_meta("Robots", "index, NOFOLLOW"), nofollow);
        assert_eq!(RobotsTag::of_meta("gleaner", "nofollow").and(RobotsTag::of_meta("robots", "all")), nofollow);
        assert_eq!(RobotsTag::of_meta("googlebot", "noindex, nofollow"), RobotsTag::default());
        assert!(RobotsTag::of_meta("robots", "none").opts_out);
    }
}
