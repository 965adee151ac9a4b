//! A fuzzer for parsers: whatever the text, it is read or refused, without a panic, a hang or a flood.
//!
//! ```text
//! corpus (tests/fixtures) ──► mutate ──► the parser ──► a finding is printed, kept in target/fuzz, and fails the test
//! ```
//! cargo-fuzz needs a nightly compiler. This needs a parser as a function, so each parser's tests have one `fuzzed`: in
//! `cargo test` a few hundred inputs from a fixed seed, and with `UPGRADE_GATE_FUZZ_SECONDS` as many as that time allows, from a
//! seed of its own. What was found goes into the corpus, where every test run meets it first.

#![expect(
    clippy::unwrap_used,
    reason = "this is code of tests, in a crate because parsers of several crates have them"
)]

mod corpus;
mod findings;
mod mutate;
mod rng;
mod watch;

pub use rng::Rng;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use findings::{kept, shown};
use mutate::Mutator;
use watch::Watchdog;

/// Inputs of a test run without a time.
const INPUTS: u64 = 300;
/// Seconds of the processor that one input may take, in a build that optimises nothing.
const SLOW: Duration = Duration::from_secs(2);

/// A parser of foreign text.
pub struct Target<'t> {
    /// Its name, and that of its folder in `tests/fixtures/corpus`.
    pub name: &'t str,
    /// More folders whose files are examples, or `folder/*.json` for some of them.
    pub more: &'t [&'t str],
    /// What its texts are made of, between which others may stand.
    pub tokens: &'t [&'t str],
    /// What its texts consist of: `\n` for lines, `<` for elements, `,` for the parts of JSON.
    pub part: u8,
}

impl Target<'_> {
    /// Puts examples and their mutations through `read`, which is to panic where an answer is wrong.
    pub fn bytes(&self, read: impl Fn(&[u8])) {
        let seconds = std::env::var("UPGRADE_GATE_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
        let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let seed = until.map_or(1, |_| rng::of_now());
        let corpus = corpus::read(self.name, self.more);
        for example in &corpus {
            self.one(example, seed, None, &read);
        }
        let watch = until.map(|_| Watchdog::start(self.name));
        let mut mutator =
            Mutator { rng: Rng::new(seed), corpus: &corpus, tokens: self.tokens, part: self.part };
        let mut count = 0_u64;
        while until.map_or(count < INPUTS, |until| Instant::now() < until) {
            let input = mutator.next();
            self.one(&input, seed, watch.as_ref(), &read);
            count += 1;
        }
        if until.is_some() {
            watch::say(&format!("fuzzed {}: {count} inputs", self.name));
        }
    }

    /// Puts examples and their mutations through a parser of text.
    pub fn texts(&self, read: impl Fn(&str)) {
        self.bytes(|bytes| read(&String::from_utf8_lossy(bytes)));
    }

    fn one(&self, input: &[u8], seed: u64, watch: Option<&Watchdog>, read: &impl Fn(&[u8])) {
        let running = watch.map(|watch| watch.begin(input));
        let began = watch::processor_time();
        let ended = catch_unwind(AssertUnwindSafe(|| read(input)));
        let took = watch::processor_time().saturating_sub(began);
        drop(running);
        if let Err(payload) = ended {
            let kept = kept(self.name, input);
            let why = payload.downcast_ref::<String>().cloned();
            let why = why.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            panic!(
                "{} broke (seed {seed}, kept in {}): {why:?}\n{}",
                self.name,
                kept.display(),
                shown(input)
            );
        }
        if watch.is_some() && took > SLOW {
            let kept = kept(self.name, input);
            panic!("{} took {took:?} (kept in {})\n{}", self.name, kept.display(), shown(input));
        }
    }
}

#[test]
fn the_fuzzer_finds_what_is_to_be_found() {
    let target = Target { name: "context", more: &[], tokens: &["needle"], part: b',' };
    let search = || target.texts(|text| assert!(!text.contains("needle")));
    let found = catch_unwind(AssertUnwindSafe(search)).unwrap_err();
    let told = found.downcast_ref::<String>().unwrap();
    assert!(told.contains("context broke (seed 1, kept in ") && told.contains("needle"), "{told}");
}
