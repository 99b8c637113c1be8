//! What a sequencer counts.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Buckets of a histogram: the last one begins at 2³⁰, in microseconds eighteen minutes.
const BUCKETS: usize = 32;

/// What a sequencer has done since it was started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Commands that wait now.
    pub queued: usize,
    /// Commands that were answered, whatever the answer.
    pub commands: u64,
    /// Commands that were turned away because the queue was full.
    pub refused: u64,
    /// Batches that were committed or failed.
    pub batches: u64,
    /// Batches that failed as a whole and were repeated command by command.
    pub replays: u64,
    /// Repetitions after a passing lock conflict or a lost connection.
    pub retries: u64,
    /// Commands of each batch.
    pub batch_size: Histogram,
    /// Microseconds from taking a batch to its answers, the wait for the disk included.
    pub commit_micros: Histogram,
}

/// How often values fell between powers of two: bucket 0 counts zeros, bucket n values from 2ⁿ⁻¹ to 2ⁿ − 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    counts: [u64; BUCKETS],
    sum: u64,
}

impl Histogram {
    /// How many values there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Their mean, rounded down; 0 if there were none.
    pub fn mean(&self) -> u64 {
        self.sum.checked_div(self.count()).unwrap_or(0)
    }

    /// The largest value that the bucket can hold in which the given share of the values, in thousandths, is reached:
    /// `at(990)` is the 99th percentile, at most twice the true one.
    pub fn at(&self, permille: u64) -> u64 {
        let wanted = self.count().saturating_mul(permille.min(1000)).div_ceil(1000);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return (1_u64 << bucket) - 1;
            }
        }
        0
    }
}

/// The counters behind [`Metrics`]. They are read while they are written: sums may be a command apart.
#[derive(Debug, Default)]
pub(super) struct Counters {
    refused: AtomicU64,
    replays: AtomicU64,
    retries: AtomicU64,
    batch_size: Buckets,
    commit_micros: Buckets,
}

#[derive(Debug, Default)]
struct Buckets {
    counts: [AtomicU64; BUCKETS],
    sum: AtomicU64,
}

impl Buckets {
    fn add(&self, value: u64) {
        let bucket = usize::try_from(u64::BITS - value.leading_zeros()).unwrap_or(BUCKETS);
        if let Some(count) = self.counts.get(bucket.min(BUCKETS - 1)) {
            count.fetch_add(1, Relaxed);
        }
        self.sum.fetch_add(value, Relaxed);
    }

    fn snapshot(&self) -> Histogram {
        Histogram {
            counts: std::array::from_fn(|n| self.counts.get(n).map_or(0, |count| count.load(Relaxed))),
            sum: self.sum.load(Relaxed),
        }
    }
}

impl Counters {
    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    pub(super) fn replayed(&self) {
        self.replays.fetch_add(1, Relaxed);
    }

    pub(super) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(super) fn batch(&self, commands: usize, took: Duration) {
        self.batch_size.add(u64::try_from(commands).unwrap_or(u64::MAX));
        self.commit_micros.add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    pub(super) fn snapshot(&self, queued: usize) -> Metrics {
        let batch_size = self.batch_size.snapshot();
        Metrics {
            queued,
            commands: batch_size.sum,
            refused: self.refused.load(Relaxed),
            batches: batch_size.count(),
            replays: self.replays.load(Relaxed),
            retries: self.retries.load(Relaxed),
            batch_size,
            commit_micros: self.commit_micros.snapshot(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_tells_where_most_values_lie() {
        let buckets = Buckets::default();
        for value in [0, 1, 3, 3, 200, u64::MAX >> 1] {
            buckets.add(value);
        }
        let histogram = buckets.snapshot();
        assert_eq!(histogram.count(), 6);
        assert_eq!((histogram.at(1), histogram.at(500), histogram.at(800)), (0, 3, 255));
        assert_eq!(histogram.at(1000), (1 << 31) - 1, "the last bucket takes what is larger");
        assert_eq!((Histogram::default().at(990), Histogram::default().mean()), (0, 0));
    }
}
