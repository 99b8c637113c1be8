//! A store of recent answers, bounded by bytes.

use std::{collections::HashMap, hash::Hash, sync::Mutex};

/// Recently used values; the one unused longest goes first when there is no room.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    bytes_max: usize,
    inner: Mutex<Inner<K, V>>,
}

#[derive(Debug)]
struct Inner<K, V> {
    entries: HashMap<K, Entry<V>>,
    bytes: usize,
    clock: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
    used: u64,
}

impl<K: Hash + Eq + Clone, V: Clone> Recent<K, V> {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, inner: Mutex::new(Inner { entries: HashMap::new(), bytes: 0, clock: 0 }) }
    }

    fn locked<T>(&self, work: impl FnOnce(&mut Inner<K, V>) -> T) -> T {
        // A thread that panicked while it held the lock left at worst a wrong byte count, never a wrong value.
        work(&mut self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.locked(|inner| {
            inner.clock += 1;
            let clock = inner.clock;
            inner.entries.get_mut(key).map(|entry| {
                entry.used = clock;
                entry.value.clone()
            })
        })
    }

    /// Keeps a value of about `bytes` bytes, unless it is larger than the whole store.
    pub(crate) fn put(&self, key: K, value: V, bytes: usize) {
        if bytes > self.bytes_max {
            return;
        }
        self.locked(|inner| {
            inner.clock += 1;
            let entry = Entry { value, bytes, used: inner.clock };
            if let Some(old) = inner.entries.insert(key, entry) {
                inner.bytes -= old.bytes;
            }
            inner.bytes += bytes;
            while inner.bytes > self.bytes_max {
                let oldest = inner.entries.iter().min_by_key(|(_, entry)| entry.used);
                let Some(key) = oldest.map(|(key, _)| key.clone()) else { break };
                if let Some(old) = inner.entries.remove(&key) {
                    inner.bytes -= old.bytes;
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_unused_longest_goes_first() {
        let recent = Recent::new(100);
        recent.put("a", 1, 40);
        recent.put("b", 2, 40);
        assert_eq!(recent.get(&"a"), Some(1));
        recent.put("c", 3, 40);
        assert_eq!((recent.get(&"a"), recent.get(&"b"), recent.get(&"c")), (Some(1), None, Some(3)));
        recent.put("d", 4, 101);
        assert_eq!(recent.get(&"d"), None, "larger than the whole store");
        recent.put("a", 5, 60);
        assert_eq!(
            (recent.get(&"a"), recent.get(&"c")),
            (Some(5), Some(3)),
            "a replaced value frees its room"
        );
    }
}
