//! What several identifications agree on.

use crate::photo::{Identification, IdentificationBasis, NamedIn, OrUnknown, Taxon};

/// From the strongest to the weakest.
const BASES: [IdentificationBasis; 4] = [
    IdentificationBasis::MachineTag,
    IdentificationBasis::Words,
    IdentificationBasis::Labels,
    IdentificationBasis::Model,
];

/// What identifications of one basis say.
#[derive(Clone, Debug, PartialEq)]
enum Said {
    /// None of them counts.
    Nothing,
    /// They agree on no taxon.
    Ambiguous,
    /// The taxon that they agree on.
    Taxon(Box<Taxon>),
}

/// The taxon that the strongest identifications agree on, which may be above all that they name; `None` if they agree on none.
/// `context` is what the searches were for.
pub(super) fn resolve(all: &[Identification], context: &[Taxon]) -> Option<(Taxon, IdentificationBasis)> {
    for basis in BASES {
        let of_basis: Vec<&Identification> =
            all.iter().filter(|each| each.basis.known() == Some(basis) && !each.taxa.is_empty()).collect();
        let is_text = basis == IdentificationBasis::Words;
        match if is_text { by_text(&of_basis, context) } else { named(&of_basis, context) } {
            Said::Nothing => {}
            Said::Ambiguous => return None,
            Said::Taxon(taxon) => return Some((*taxon, basis)),
        }
    }
    None
}

/// The title counts more than the tags, and these more than the description, which may tell of other animals: the later texts may
/// only make it narrower.
fn by_text(all: &[&Identification], context: &[Taxon]) -> Said {
    let place = |each: &Identification| each.named_in.as_ref().and_then(OrUnknown::known).unwrap_or_default();
    let mut found = Said::Nothing;
    for last in [NamedIn::Title, NamedIn::Tags, NamedIn::Description] {
        let texts: Vec<&Identification> = all.iter().filter(|each| place(each) <= last).copied().collect();
        let more = named(&texts, context);
        let is_better = match (&found, &more) {
            (Said::Taxon(known), Said::Taxon(taxon)) => taxon.branch().contains(&known.scientific_name.as_str()),
            (Said::Taxon(_), _) => false,
            _ => more != Said::Nothing,
        };
        if is_better {
            found = more;
        }
    }
    found
}

/// The taxon that identifications agree on.
fn named(all: &[&Identification], context: &[Taxon]) -> Said {
    let counted = counted(all, context);
    if counted.is_empty() {
        return Said::Nothing;
    }
    agreed(&counted).map_or(Said::Ambiguous, |taxon| Said::Taxon(Box::new(taxon)))
}

/// The taxon that each identification means, where that is one.
fn counted(all: &[&Identification], context: &[Taxon]) -> Vec<Taxon> {
    let mut meant = Vec::new();
    for (at, each) in all.iter().enumerate() {
        let others = all.iter().enumerate().filter(|(other, each)| *other != at && !each.homonym);
        // That a text speaks of animals says nothing.
        let others = others.flat_map(|(_, each)| &each.taxa).chain(context).filter(|taxon| is_narrow(taxon));
        let others: Vec<&Taxon> = others.collect();
        let supported = |taxon: &&Taxon| others.iter().any(|other| taxon.is_on_branch_of(other));
        let mut candidates: Vec<&Taxon> = each.taxa.iter().filter(supported).collect();
        if candidates.is_empty() {
            if each.homonym {
                continue;
            }
            candidates = each.taxa.iter().collect();
        }
        meant.extend(agreed_of(&candidates));
    }
    meant
}

/// Whether a taxon is an order or below.
fn is_narrow(taxon: &Taxon) -> bool {
    taxon.classification.as_ref().is_none_or(|all| all.order.is_some() || all.family.is_some())
}

/// Of taxa that contain each other the lowest, else the lowest that contains all.
fn agreed(taxa: &[Taxon]) -> Option<Taxon> {
    let contains = |upper: &Taxon, lower: &Taxon| {
        upper.scientific_name != lower.scientific_name && lower.branch().contains(&upper.scientific_name.as_str())
    };
    let lowest: Vec<&Taxon> = taxa.iter().filter(|taxon| !taxa.iter().any(|other| contains(taxon, other))).collect();
    agreed_of(&lowest)
}

/// The lowest taxon that contains all.
pub(super) fn agreed_of(taxa: &[&Taxon]) -> Option<Taxon> {
    let (first, rest) = taxa.split_first()?;
    rest.iter().try_fold((*first).clone(), |common, taxon| common.common(taxon))
}
