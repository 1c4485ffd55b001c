//! What a search would cost at a source, from nothing but the totals that the source reports.

use serde::Serialize;
use utoipa::ToSchema;

use super::about::{About, Strategy};
use super::slices::SPARE_REQUESTS_PERCENT;
use super::{Order, Query, Search, Source};

/// The cost of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Estimate {
    /// Results that the source reports; absent if it reports no number.
    #[schema(required)]
    pub claimed: Option<u64>,
    /// The most photos that can be received, before the exact criteria leave any out; absent if nothing limits them.
    #[schema(required)]
    pub photos: Option<u64>,
    /// Requests of the search; absent if the source reports no number and returns results without end.
    #[schema(required)]
    pub requests: Option<u64>,
}

/// The queries whose totals an estimate needs: one for each part of the area. `now_s` (Unix seconds) excludes later uploads.
pub fn queries(search: &Search, about: &About, now_s: i64) -> Vec<Query> {
    let posted = search.posted().map(|(from, to)| (from, to.min(now_s).max(from)));
    let query = |bbox| Query { bbox, posted, ..search.query(about, Order::Relevance, 1) };
    search.boxes(about).into_iter().map(query).collect()
}

impl Estimate {
    /// From the totals of [`queries`], in their order.
    pub fn of(search: &Search, source: &dyn Source, queries: &[Query], totals: &[Option<u64>]) -> Self {
        let about = source.about();
        let cap = source.result_cap();
        let share = search.want.div_ceil(queries.len().max(1) as u64);
        let claimed = totals.iter().copied().sum::<Option<u64>>();
        let mut estimate = Self { claimed, photos: Some(0), requests: Some(0) };
        for (query, total) in queries.iter().zip(totals) {
            let photos =
                [*total, cap, Some(search.want)].into_iter().flatten().min().filter(|photos| *photos < u64::MAX);
            let size = source.page_size(&Query { per_page: share.clamp(1, about.page_cap), ..query.clone() });
            let pages = photos.map(|photos| photos.min(share.max(1)).div_ceil(size).max(1));
            estimate.photos = estimate.photos.zip(photos).map(|(all, photos)| all + photos);
            estimate.requests = estimate.requests.zip(pages).map(|(all, pages)| all + pages);
        }
        estimate.photos = estimate.photos.map(|photos| photos.min(search.want));
        if let Strategy::Slices(limits) = &about.strategy {
            let is_sliced =
                |total: &Option<u64>| total.is_some_and(|total| total.min(search.want) > limits.slice_results);
            if totals.iter().any(is_sliced) {
                estimate.requests =
                    estimate.requests.map(|pages| pages + (pages * SPARE_REQUESTS_PERCENT).div_ceil(100));
            }
        }
        estimate
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{ALL, Area, Criteria, Keys, SOURCES, commons, flickr, inaturalist, openverse};
    use super::*;
    use crate::net::Secret;

    /// With the keys that the source requires, or with all.
    fn open(name: &str, all: bool) -> Arc<dyn Source> {
        let entry = SOURCES.iter().find(|entry| entry.about.name == name).unwrap();
        let keys = entry.about.keys.iter().filter(|key| all || key.required);
        let keys: Keys = keys.map(|key| (key.variable, Secret::new("k"))).collect();
        (entry.open)(entry.about.api_url.parse().unwrap(), &keys)
    }

    fn estimate(source: &dyn Source, want: u64, area: Option<Area>, totals: &[Option<u64>]) -> Estimate {
        let (name, criteria) = (source.about().name, Criteria { area, ..Criteria::default() });
        let search = Search { term: "monkey".into(), criteria, want, ..Search::default() };
        let queries = queries(&search, source.about(), 1_764_000_000);
        assert_eq!(queries.len(), totals.len(), "{name}");
        Estimate::of(&search, source, &queries, totals)
    }

    #[test]
    fn requests_follow_from_totals_page_sizes_and_caps() {
        let fiji = Area::country("FJ").unwrap();
        for (name, want, area, totals, expected) in [
            // 500 a page, and some more because it is cut into slices and looked at again.
            (flickr::ABOUT.name, ALL, None, vec![Some(50_000)], (Some(50_000), Some(50_000), Some(117))),
            (flickr::ABOUT.name, 100, None, vec![Some(50_000)], (Some(50_000), Some(100), Some(1))),
            (flickr::ABOUT.name, ALL, None, vec![Some(0)], (Some(0), Some(0), Some(1))),
            // With a box Flickr returns 250 a page; Fiji has two boxes.
            (flickr::ABOUT.name, ALL, Some(fiji.clone()), vec![Some(600), Some(10)], (Some(610), Some(610), Some(4))),
            (inaturalist::ABOUT.name, ALL, Some(fiji), vec![Some(401), Some(1)], (Some(402), Some(402), Some(4))),
            (openverse::ABOUT.name, ALL, None, vec![Some(9_999)], (Some(9_999), Some(400), Some(20))),
            (commons::ABOUT.name, ALL, None, vec![Some(12_000)], (Some(12_000), Some(10_000), Some(200))),
            ("brave", ALL, None, vec![None], (None, Some(200), Some(1))),
            (inaturalist::ABOUT.name, ALL, None, vec![None], (None, None, None)),
            (inaturalist::ABOUT.name, 1_000, None, vec![None], (None, Some(1_000), Some(5))),
        ] {
            let (claimed, photos, requests) = expected;
            let estimate = estimate(open(name, false).as_ref(), want, area, &totals);
            assert_eq!(estimate, Estimate { claimed, photos, requests }, "{name} {want}");
        }
    }

    #[test]
    fn a_registered_client_of_openverse_has_larger_pages_and_more_results() {
        let client = open(openverse::ABOUT.name, true);
        let of = |want, total| estimate(client.as_ref(), want, None, &[Some(total)]);
        let expected = |claimed, photos, requests| Estimate {
            claimed: Some(claimed),
            photos: Some(photos),
            requests: Some(requests),
        };
        assert_eq!(of(ALL, 9_999), expected(9_999, 1_000, 20));
        assert_eq!(of(ALL, 101), expected(101, 101, 3));
        assert_eq!(of(30, 9_999), expected(9_999, 30, 1));
    }
}
