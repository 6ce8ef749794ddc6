//! Rate limits: token buckets with a burst, over a clock that is given.
//!
//! A limit belongs to an account and not to a bind, so that binding twice does not double it.

mod account_throttle;
mod token_bucket;

pub use account_throttle::AccountThrottle;
pub use token_bucket::TokenBucket;
