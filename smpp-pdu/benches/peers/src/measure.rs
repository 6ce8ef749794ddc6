//! Time and allocations of a closure.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

const SAMPLES: usize = 11;
const SAMPLE: Duration = Duration::from_millis(8);

/// What one call costs.
#[derive(Clone, Copy)]
pub struct Cell {
    pub nanoseconds: f64,
    pub allocations: f64,
}

impl Cell {
    /// The faster of two.
    pub fn best(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) if one.nanoseconds <= other.nanoseconds => Some(one),
            (one, None) => one,
            (_, other) => other,
        }
    }
}

/// The median time of one call, and its allocations.
pub fn measure<T>(mut call: impl FnMut() -> T) -> Option<Cell> {
    measure_many(1, &mut call)
}

/// The same of a call that handles many PDUs, for one of them.
pub fn measure_many<T>(pdus: u32, mut call: impl FnMut() -> T) -> Option<Cell> {
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    black_box(call());
    let allocations = ALLOCATIONS.load(Ordering::Relaxed) - before;
    let mut calls = 16_u32;
    loop {
        let time = time(calls, &mut call);
        if time > SAMPLE / 4 {
            calls = (f64::from(calls) * SAMPLE.as_secs_f64() / time.as_secs_f64()) as u32 + 1;
            break;
        }
        calls *= 2;
    }
    let mut samples: Vec<Duration> = (0..SAMPLES).map(|_| time(calls, &mut call)).collect();
    samples.sort();
    let each = f64::from(calls) * f64::from(pdus);
    let nanoseconds = samples[SAMPLES / 2].as_secs_f64() * 1e9 / each;
    Some(Cell { nanoseconds, allocations: allocations as f64 / f64::from(pdus) })
}

fn time<T>(calls: u32, call: &mut impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        black_box(call());
    }
    start.elapsed()
}

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; only a number is added to.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.store(ALLOCATIONS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static GLOBAL: Counting = Counting;
