//! Examples → inputs that nobody thought of: parts moved, doubled, nested and lost, numbers at their extremes.

use super::rng::Rng;

/// Longer inputs take time and find nothing that shorter ones do not.
const LONGEST: usize = 64 * 1024;
/// Numbers at which arithmetic ends.
const EXTREMES: [&str; 16] = [
    "0",
    "-1",
    "1",
    "255",
    "65536",
    "2147483648",
    "4294967296",
    "-9223372036854775808",
    "9223372036854775807",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "1e308",
    "-1e-308",
    "0.000000001",
    "NaN",
];
/// What stands in texts of every kind, and has broken some.
const COMMON: [&str; 20] = [
    "",
    "\0",
    "\n",
    "\r\n",
    " ",
    "\"",
    "'",
    "\\",
    "\u{feff}",
    "ü",
    "😀",
    "\u{202e}",
    "null",
    "true",
    "{}",
    "[]",
    "${X}",
    "9999-12-31T23:59:59.999999999Z",
    "0000-01-01T00:00:00-23:59",
    "::error::",
];

/// Makes one input after another.
#[derive(Debug)]
pub(super) struct Mutator<'m> {
    pub(super) rng: Rng,
    pub(super) corpus: &'m [Vec<u8>],
    pub(super) tokens: &'m [&'m str],
    pub(super) part: u8,
}

impl Mutator<'_> {
    pub(super) fn next(&mut self) -> Vec<u8> {
        let mut input = self.example();
        for _ in 0..=self.rng.below(6) {
            self.change(&mut input);
            input.truncate(LONGEST);
        }
        input
    }

    fn example(&mut self) -> Vec<u8> {
        let at = self.rng.below(self.corpus.len());
        self.corpus[at].clone()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        match self.rng.below(12) {
            0 => self.flip(input),
            1 => {
                let (from, to) = self.range(input);
                input.drain(from..to);
            }
            2 | 3 => {
                let token = self.token();
                self.insert(input, &token);
            }
            4 => {
                let (from, to) = self.range(input);
                let piece = input[from..to].to_vec();
                self.insert(input, &piece);
            }
            5 | 6 => self.number(input),
            7 => {
                let other = self.example();
                let (from, to) = self.range(&other);
                self.insert(input, &other[from..to]);
            }
            8 => self.nest(input),
            _ => self.parts(input),
        }
    }

    fn flip(&mut self, input: &mut [u8]) {
        let at = self.rng.below(input.len());
        let byte = u8::try_from(self.rng.below(256)).unwrap();
        if let Some(place) = input.get_mut(at) {
            *place = byte;
        }
    }

    fn token(&mut self) -> Vec<u8> {
        let common = self.rng.below(3) == 0;
        let token = if common { self.rng.one(&COMMON) } else { self.rng.one(self.tokens) };
        token.unwrap_or_default().as_bytes().to_vec()
    }

    fn insert(&mut self, input: &mut Vec<u8>, piece: &[u8]) {
        let at = self.rng.below(input.len() + 1);
        input.splice(at..at, piece.iter().copied());
    }

    /// Some piece, rather short.
    fn range(&mut self, input: &[u8]) -> (usize, usize) {
        let from = self.rng.below(input.len());
        let most = if self.rng.below(4) == 0 { input.len() } else { 40 };
        let to = (from + self.rng.below(most + 1)).min(input.len());
        (from.min(to), to)
    }

    /// Puts an extreme in the place of a number.
    fn number(&mut self, input: &mut Vec<u8>) {
        let start = self.rng.below(input.len());
        let Some(from) = input.iter().skip(start).position(u8::is_ascii_digit).map(|at| start + at) else {
            return;
        };
        let to =
            input[from..].iter().position(|byte| !byte.is_ascii_digit()).map_or(input.len(), |at| from + at);
        let extreme = self.rng.one(&EXTREMES).unwrap_or_default();
        input.splice(from..to, extreme.bytes());
    }

    /// Repeats a piece up to some thousand times: what is closed once is open as often.
    fn nest(&mut self, input: &mut Vec<u8>) {
        let piece = if self.rng.below(2) == 0 {
            self.token()
        } else {
            let (from, to) = self.range(input);
            input[from..to.min(from + 20)].to_vec()
        };
        let times = 1 << self.rng.below(13);
        self.insert(input, &piece.repeat(times));
    }

    /// Moves, doubles or drops whole parts: lines, elements, members.
    fn parts(&mut self, input: &mut Vec<u8>) {
        let mut parts: Vec<Vec<u8>> =
            input.split_inclusive(|byte| *byte == self.part).map(<[u8]>::to_vec).collect();
        let (one, other) = (self.rng.below(parts.len()), self.rng.below(parts.len()));
        if parts.is_empty() {
            return;
        }
        match self.rng.below(4) {
            0 => parts.swap(one, other),
            1 => {
                let part = parts[one].clone();
                parts.insert(other, part);
            }
            2 => {
                parts.remove(one);
            }
            _ => {
                let part = parts.remove(one);
                parts.insert(other.min(parts.len()), part);
            }
        }
        *input = parts.concat();
    }
}
