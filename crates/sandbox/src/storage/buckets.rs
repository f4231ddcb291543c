//! Buckets in memory, whose objects keep all their generations.

use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use jiff::Timestamp;

/// One generation of an object.
#[derive(Clone, Debug)]
pub(crate) struct StoredObject {
    pub(crate) name: String,
    pub(crate) generation: i64,
    pub(crate) updated: Timestamp,
    pub(crate) content: Bytes,
}

/// One page of a list of objects.
pub(super) struct ObjectListPage {
    pub(super) objects: Vec<StoredObject>,
    pub(super) prefixes: Vec<String>,
    /// Token of the next page; empty on the last page.
    pub(super) next_token: String,
}

/// The thing that does not exist.
pub(super) enum StorageNotFound {
    Bucket,
    Object,
}

/// Objects by bucket and name, each with all generations, because a reader may request an old one.
type ObjectsByBucket = BTreeMap<String, BTreeMap<String, Vec<StoredObject>>>;

/// All buckets, with what their owners require of readers.
#[derive(Default)]
pub(crate) struct BucketStore {
    objects: Mutex<ObjectsByBucket>,
    /// Buckets whose readers pay for their requests.
    paid_buckets: Mutex<BTreeSet<String>>,
    /// Objects, as bucket and name, that are encrypted with a key of their owner.
    encrypted_objects: Mutex<BTreeSet<(String, String)>>,
}

impl BucketStore {
    pub(crate) fn from_objects(objects: &[(String, String, Vec<u8>)]) -> Self {
        let buckets = Self::default();
        for (bucket, name, content) in objects {
            buckets.put_object(bucket, name, content);
        }
        buckets
    }

    /// Makes the readers of a bucket pay for their requests.
    pub(crate) fn require_payer(&self, bucket: &str) {
        self.paid_buckets.lock().insert(bucket.to_owned());
    }

    /// Returns whether a request must name the project that pays for it.
    pub(super) fn requires_payer(&self, bucket: &str) -> bool {
        self.paid_buckets.lock().contains(bucket)
    }

    /// Encrypts an object with a key of its owner, which readers must send.
    pub(crate) fn encrypt_object(&self, bucket: &str, name: &str) {
        self.encrypted_objects.lock().insert((bucket.to_owned(), name.to_owned()));
    }

    /// Returns whether an object can only be read with a key of its owner.
    pub(super) fn is_encrypted(&self, bucket: &str, name: &str) -> bool {
        self.encrypted_objects.lock().contains(&(bucket.to_owned(), name.to_owned()))
    }

    /// Adds a generation of an object, and returns its number.
    pub(crate) fn put_object(&self, bucket: &str, name: &str, content: &[u8]) -> i64 {
        let mut stored = self.lock_objects();
        let generations = stored.entry(bucket.to_owned()).or_default().entry(name.to_owned()).or_default();
        add_generation(generations, name, content).generation
    }

    /// Adds a generation if the number of the latest one is `expected`. 0 means that the object must not exist, `None`
    /// accepts any number. Returns `None` if the bucket does not exist, and the number of the latest generation if it
    /// differs.
    pub(super) fn put_if_generation(
        &self,
        bucket: &str,
        name: &str,
        content: &[u8],
        expected: Option<i64>,
    ) -> Option<Result<StoredObject, i64>> {
        let mut stored = self.lock_objects();
        let objects = stored.get_mut(bucket)?;
        let last = objects.get(name).and_then(|generations| generations.last()).map_or(0, |object| object.generation);
        if expected.is_some_and(|expected| expected != last) {
            return Some(Err(last));
        }
        Some(Ok(add_generation(objects.entry(name.to_owned()).or_default(), name, content)))
    }

    /// Returns a generation of an object; the latest one if none or 0 is requested.
    pub(super) fn get_object(
        &self,
        bucket: &str,
        name: &str,
        generation: Option<i64>,
    ) -> Result<StoredObject, StorageNotFound> {
        let stored = self.lock_objects();
        let objects = stored.get(bucket).ok_or(StorageNotFound::Bucket)?;
        let generations = objects.get(name).ok_or(StorageNotFound::Object)?;
        let found = match generation {
            None | Some(0) => generations.last(),
            Some(wanted) => generations.iter().find(|object| object.generation == wanted),
        };
        found.cloned().ok_or(StorageNotFound::Object)
    }

    /// Returns the content of the newest generation of each object of a bucket.
    pub(crate) fn newest_objects(&self, bucket: &str) -> BTreeMap<String, Vec<u8>> {
        let stored = self.lock_objects();
        let objects = stored.get(bucket).into_iter().flat_map(BTreeMap::values);
        objects.filter_map(|object| object.last()).map(|last| (last.name.clone(), last.content.to_vec())).collect()
    }

    pub(super) fn bucket_names(&self) -> Vec<String> {
        self.lock_objects().keys().cloned().collect()
    }

    /// Lists the latest generations of objects whose names start with `prefix` and come after `after`. Names are
    /// grouped at `delimiter`. Returns `None` if the bucket does not exist.
    pub(super) fn list_page(
        &self,
        bucket: &str,
        prefix: &str,
        delimiter: &str,
        size: usize,
        after: &str,
    ) -> Option<ObjectListPage> {
        let stored = self.lock_objects();
        let below = stored.get(bucket)?.iter().filter(|(name, _)| name.starts_with(prefix));
        let mut entries: BTreeMap<String, Option<StoredObject>> = BTreeMap::new();
        for (name, generations) in below {
            let beyond = (!delimiter.is_empty()).then(|| name[prefix.len()..].find(delimiter)).flatten();
            match beyond {
                Some(end) => entries.insert(name[..prefix.len() + end + delimiter.len()].to_owned(), None),
                None => entries.insert(name.clone(), generations.last().cloned()),
            };
        }
        let mut left = entries.into_iter().filter(|(name, _)| name.as_str() > after);
        let taken = left.by_ref().take(size.clamp(1, 1_000)).collect::<Vec<_>>();
        let more = left.next().is_some();
        let next = taken.last().filter(|_| more).map(|(name, _)| name.clone()).unwrap_or_default();
        let prefixes = taken.iter().filter(|(_, object)| object.is_none()).map(|(name, _)| name.clone());
        let prefixes = prefixes.collect::<BTreeSet<_>>().into_iter().collect();
        Some(ObjectListPage {
            prefixes,
            objects: taken.into_iter().filter_map(|(_, object)| object).collect(),
            next_token: next,
        })
    }

    fn lock_objects(&self) -> parking_lot::MutexGuard<'_, ObjectsByBucket> {
        self.objects.lock()
    }
}

/// Adds a generation. Its number is a time in microseconds, greater than the previous number.
fn add_generation(generations: &mut Vec<StoredObject>, name: &str, content: &[u8]) -> StoredObject {
    let updated = Timestamp::now();
    let last = generations.last().map_or(0, |object| object.generation);
    let generation = updated.as_microsecond().max(last + 1);
    let object = StoredObject { name: name.to_owned(), generation, updated, content: Bytes::copy_from_slice(content) };
    generations.push(object.clone());
    object
}
