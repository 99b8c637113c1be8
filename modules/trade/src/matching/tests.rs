//! Matching on labelled reports: how good it is, and the properties that must always hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proptest::prelude::*;
use sh_kernel::Id;

use super::{
    Entries, Outcome, Rule, Ruling, Settings, State,
    labelled::{Report, World, one_of, shuffle},
    lines::lines_of,
    resolve,
};
use crate::model::Claim;

fn of_reports(reports: &[Report], names: &HashMap<i64, String>) -> Entries {
    let mut entries = Entries::new(names.clone());
    for report in reports {
        entries.push(report.raw.clone());
    }
    entries
}

type Ids = BTreeSet<Id<Claim>>;

/// The trades as sets of claims, and the claims that wait.
fn partition(entries: &Entries, outcome: &Outcome) -> (BTreeSet<Ids>, Ids) {
    let id = |claim: u32| entries.list()[claim as usize].id;
    let clusters = outcome.clusters().map(|members| members.iter().map(|m| id(m.claim)).collect()).collect();
    (clusters, outcome.waiting().iter().map(|w| id(w.claim)).collect())
}

#[derive(Debug, Default)]
struct Quality {
    ties: usize,
    right: usize,
    expected: usize,
    found: usize,
    waiting: usize,
    claims: usize,
    total: i64,
    wrong: Vec<String>,
}

fn quality(world: &World, entries: &Entries, outcome: &Outcome) -> Quality {
    let mut quality = Quality {
        waiting: outcome.waiting().len(),
        claims: world.reports.iter().filter(|r| !r.is_repeat).count(),
        ..Quality::default()
    };
    let mut reports: BTreeMap<usize, usize> = BTreeMap::new();
    for report in world.reports.iter().filter(|report| !report.is_repeat && !report.is_return) {
        *reports.entry(report.sale).or_default() += 1;
    }
    quality.expected = reports.values().map(|count| count - 1).sum();
    for member in outcome.clusters().flatten().filter(|member| member.state == State::Anchor) {
        quality.total += entries.list()[member.claim as usize].amount.max(0);
    }
    for members in outcome.clusters() {
        let label = |claim: u32| world.reports[claim as usize].twin;
        let mut of_sale: BTreeMap<usize, usize> = BTreeMap::new();
        for member in members.iter().filter(|member| member.state != State::Repeat) {
            if !world.reports[member.claim as usize].is_return {
                *of_sale.entry(label(member.claim)).or_default() += 1;
            }
            if member.state == State::Tied {
                quality.ties += 1;
                if label(member.claim) == label(members[0].claim) {
                    quality.right += 1;
                } else if quality.wrong.len() < 3 {
                    let entry = |claim: u32| format!("{:?}", world.reports[claim as usize].raw);
                    quality.wrong.push(format!(
                        "{}\n  {}\n  {:?}",
                        entry(members[0].claim),
                        entry(member.claim),
                        member
                    ));
                }
            }
        }
        quality.found += of_sale.values().map(|count| count - 1).sum::<usize>();
    }
    quality
}

#[test]
fn ties_are_right_and_few_are_left_to_people() {
    for seed in [1, 2] {
        let world = World::new(12_000, seed);
        let entries = world.entries();
        let outcome = resolve(&entries, &[], &Settings::default());
        let quality = quality(&world, &entries, &outcome);
        let summary = format!(
            "{} ties, {} right; {} of {} found; {} of {} wait\n{}",
            quality.ties,
            quality.right,
            quality.found,
            quality.expected,
            quality.waiting,
            quality.claims,
            quality.wrong.join("\n")
        );
        let off = (quality.total - world.total).abs() * 1000 / world.total;
        assert!(quality.right * 1000 >= quality.ties * 999, "precision: {summary}");
        assert!(quality.found * 100 >= quality.expected * 98, "recall: {summary}");
        assert!(quality.waiting * 100 <= quality.claims * 2, "queue: {summary}");
        assert!(off <= 5, "the total is off by {off} in a thousand: {summary}");
    }
}

#[test]
fn every_claim_ends_in_one_state() {
    let world = World::new(1_500, 7);
    let entries = world.entries();
    let outcome = resolve(&entries, &[], &Settings::default());
    let mut seen = vec![0; entries.len()];
    for claim in
        outcome.clusters().flatten().map(|m| m.claim).chain(outcome.waiting().iter().map(|w| w.claim))
    {
        seen[claim as usize] += 1;
    }
    assert!(seen.iter().all(|count| *count == 1));
    for members in outcome.clusters() {
        assert_eq!(members.iter().filter(|m| m.state == State::Anchor).count(), 1);
        let mut sources: Vec<u16> = members
            .iter()
            .filter(|m| !matches!(m.rule, Rule::Repeat | Rule::Version | Rule::Return))
            .map(|m| entries.list()[m.claim as usize].source)
            .collect();
        sources.sort_unstable();
        let all = sources.len();
        sources.dedup();
        assert_eq!(sources.len(), all, "a source reports a sale once");
    }
}

/// Settles on a small world quickly; the properties hold at any size.
fn small(seed: u64) -> World {
    World::new(120, seed)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_does_not_matter(seed in 0_u64..1_000_000, other in any::<u64>()) {
        let world = small(seed);
        let entries = world.entries();
        let first = resolve(&entries, &[], &Settings::default());
        let mut reports = world.reports.clone();
        shuffle(&mut reports, other);
        let shuffled = of_reports(&reports, &world.names);
        let second = resolve(&shuffled, &[], &Settings::default());
        prop_assert_eq!(partition(&entries, &first), partition(&shuffled, &second));
        let sum = |entries: &Entries, outcome: &Outcome| -> Vec<_> {
            let mut lines: Vec<_> = outcome.clusters().flat_map(|m| lines_of(entries, m)).map(|l| format!("{l:?}")).collect();
            lines.sort();
            lines
        };
        prop_assert_eq!(sum(&entries, &first), sum(&shuffled, &second));
    }

    #[test]
    fn the_same_rows_again_change_nothing(seed in 0_u64..1_000_000) {
        let world = small(seed);
        let entries = world.entries();
        let before = resolve(&entries, &[], &Settings::default());
        let mut reports = world.reports.clone();
        for (number, report) in world.reports.iter().enumerate() {
            let mut again = report.clone();
            again.raw.batch += 500;
            again.raw.id = Id::from_uuid(uuid::Uuid::from_u128(u128::MAX - number as u128));
            reports.push(again);
        }
        let doubled = of_reports(&reports, &world.names);
        let after = resolve(&doubled, &[], &Settings::default());
        prop_assert_eq!(after.len(), before.len());
        let known: Ids = entries.list().iter().map(|entry| entry.id).collect();
        let (clusters, waiting) = partition(&doubled, &after);
        let old_only = |ids: &Ids| ids.intersection(&known).copied().collect::<Ids>();
        let clusters: BTreeSet<Ids> = clusters.iter().map(old_only).collect();
        prop_assert_eq!((clusters, old_only(&waiting)), partition(&entries, &before));
    }

    #[test]
    fn a_sale_of_somebody_else_changes_nothing_else(seed in 0_u64..1_000_000, pick in any::<u64>()) {
        let world = small(seed);
        let entries = world.entries();
        let before = partition(&entries, &resolve(&entries, &[], &Settings::default()));
        let mut stranger = one_of(&world.reports, pick).clone();
        stranger.raw.seller = 11;
        stranger.raw.buyer = 12;
        stranger.raw.amount = 77_777_777;
        stranger.raw.order_no = None;
        stranger.raw.invoice_no = None;
        stranger.raw.content = 99;
        stranger.raw.id = Id::from_uuid(uuid::Uuid::max());
        stranger.raw.stage = crate::axes::Stage::Paid;
        let mut reports = world.reports.clone();
        reports.push(stranger.clone());
        let more = of_reports(&reports, &world.names);
        let (mut clusters, waiting) = partition(&more, &resolve(&more, &[], &Settings::default()));
        prop_assert!(clusters.remove(&Ids::from([stranger.raw.id])));
        prop_assert_eq!((clusters, waiting), before);
    }

    #[test]
    fn rulings_are_obeyed(seed in 0_u64..1_000_000, a in any::<u64>(), b in any::<u64>()) {
        let world = small(seed);
        let entries = world.entries();
        let plain: Vec<&Report> = world.reports.iter().filter(|r| !r.is_repeat && !r.is_return).collect();
        let (one, two) = (one_of(&plain, a).raw.id, one_of(&plain, b).raw.id);
        prop_assume!(one != two);
        for same in [true, false] {
            let outcome = resolve(&entries, &[Ruling { claim: one, other: two, same }], &Settings::default());
            let (clusters, _) = partition(&entries, &outcome);
            let together = clusters.iter().any(|ids| ids.contains(&one) && ids.contains(&two));
            prop_assert_eq!(together, same);
        }
        // Every tie that was made can be undone by a ruling.
        let outcome = resolve(&entries, &[], &Settings::default());
        let id = |claim: u32| entries.list()[claim as usize].id;
        if let Some(members) = outcome.clusters().find(|m| m.len() > 1) {
            let ruling = Ruling { claim: id(members[0].claim), other: id(members[1].claim), same: false };
            let (clusters, _) = partition(&entries, &resolve(&entries, &[ruling], &Settings::default()));
            prop_assert!(!clusters.iter().any(|ids| ids.contains(&ruling.claim) && ids.contains(&ruling.other)));
        }
    }
}

#[test]
fn the_fen_of_the_strongest_report_stand() {
    let world = World::new(800, 3);
    let entries = world.entries();
    let outcome = resolve(&entries, &[], &Settings::default());
    for members in outcome.clusters() {
        let anchor = &entries.list()[members[0].claim as usize];
        let lines = lines_of(&entries, members);
        if anchor.is_return() {
            continue;
        }
        assert_eq!(lines[0].amount.0, anchor.amount);
        assert_eq!(lines[0].count, 1);
        let strongest = members.iter().map(|m| entries.list()[m.claim as usize].kind).min();
        assert_eq!(strongest, Some(anchor.kind));
        let back: i64 = lines[1..].iter().map(|line| line.amount.0).sum();
        assert!(back <= 0 && lines[0].amount.0 + back >= 0);
    }
}
