//! The submit throughput of each account.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::token_bucket::TokenBucket;
use crate::auth::{Account, Throughput};

/// Gives every bind of an account the same bucket, for as long as the account's throughput is the
/// same.
///
/// Buckets outlive the binds, or unbinding would refill them. One is kept for each account that
/// ever bound and has a throughput; [`retain`](Self::retain) drops those of accounts that are gone.
#[derive(Debug, Default)]
pub struct AccountThrottle {
    buckets: Mutex<BTreeMap<Box<str>, Limit>>,
}

#[derive(Debug)]
struct Limit {
    throughput: Throughput,
    bucket: Arc<TokenBucket>,
}

impl AccountThrottle {
    /// No bucket yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The bucket of `account`, to be asked for each submit_sm; `None` if its throughput is not
    /// limited. What it refuses is answered with ESME_RTHROTTLED.
    #[must_use]
    pub fn bucket(&self, account: &Account, now: Instant) -> Option<Arc<TokenBucket>> {
        let throughput = account.throughput()?;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(limit) = buckets.get(account.system_id())
            && limit.throughput == throughput
        {
            return Some(Arc::clone(&limit.bucket));
        }
        let bucket = Arc::new(TokenBucket::new(throughput.per_second(), throughput.burst(), now));
        buckets.insert(account.system_id().into(), Limit { throughput, bucket: Arc::clone(&bucket) });
        Some(bucket)
    }

    /// Drops the buckets of accounts that `keep` denies.
    pub fn retain(&self, mut keep: impl FnMut(&str) -> bool) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.retain(|system_id, _| keep(system_id));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn all_binds_of_an_account_share_its_throughput() {
        let now = Instant::now();
        let throttle = AccountThrottle::new();
        let account = Account::builder("esme").throughput(Throughput::new(11, None)).build().unwrap();
        let binds: Vec<_> = (0..4).filter_map(|_| throttle.bucket(&account, now)).collect();

        let admitted = (0..100)
            .flat_map(|tenth| binds.iter().map(move |bucket| (tenth, bucket)))
            .filter(|(tenth, bucket)| bucket.take(1, now + Duration::from_millis(tenth * 100)).is_ok())
            .count();

        assert!((110..=121).contains(&admitted), "{admitted} in ten seconds at 11 per second, burst 11");
    }

    #[test]
    fn parts_of_a_long_message_pass_a_low_limit() {
        let now = Instant::now();
        let account = Account::builder("esme").throughput(Throughput::new(1, None)).build().unwrap();
        let bucket = AccountThrottle::new().bucket(&account, now).unwrap();
        assert!((0..10).all(|_| bucket.take(1, now).is_ok()));
        assert!(bucket.take(1, now).is_err());
    }

    #[test]
    fn unbinding_does_not_refill_and_a_new_throughput_does() {
        let now = Instant::now();
        let throttle = AccountThrottle::new();
        let slow = Account::builder("esme").throughput(Throughput::new(1, Some(1))).build().unwrap();
        let fast = Account::builder("esme").throughput(Throughput::new(9, Some(1))).build().unwrap();
        assert!(throttle.bucket(&slow, now).unwrap().take(1, now).is_ok());
        assert!(throttle.bucket(&slow, now).unwrap().take(1, now).is_err());
        assert!(throttle.bucket(&fast, now).unwrap().take(1, now).is_ok());
        throttle.retain(|_| false);
        assert!(throttle.bucket(&fast, now).unwrap().take(1, now).is_ok());
    }

    #[test]
    fn an_account_without_throughput_has_no_bucket() {
        let account = Account::builder("esme").build().unwrap();
        assert!(AccountThrottle::new().bucket(&account, Instant::now()).is_none());
    }
}
