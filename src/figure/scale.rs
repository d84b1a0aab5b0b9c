//! From values to places on an axis, and where its ticks stand.

use crate::core::figure::Scale;
use crate::core::number;

/// An axis between two values, from one place to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Map {
    scale: Scale,
    low: f64,
    high: f64,
    start: f64,
    end: f64,
}

impl Map {
    /// Where all values are one, as where all are 0, the axis goes on beyond it.
    pub(super) fn new(scale: Scale, (low, high): (f64, f64), (start, end): (f64, f64)) -> Self {
        let high = match scale {
            _ if high > low => high,
            Scale::Linear => low + low.abs().max(1.0),
            Scale::Log => low * 10.0,
        };
        Self { scale, low, high, start, end }
    }

    pub(super) fn place(&self, value: f64) -> f64 {
        let share = match self.scale {
            // In two steps: the difference of two large numbers must not overflow.
            Scale::Linear => value / (self.high - self.low) - self.low / (self.high - self.low),
            Scale::Log => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        self.start + share * (self.end - self.start)
    }

    pub(super) fn ticks(&self, about: usize) -> Vec<f64> {
        match self.scale {
            Scale::Linear => linear(self.low, self.high, about),
            Scale::Log => logarithmic(self.low, self.high, about),
        }
    }

    pub(super) fn name(&self, tick: f64) -> String {
        match self.scale {
            Scale::Linear => name(tick),
            // One axis, one way of writing.
            Scale::Log if self.high >= 1e6 && tick >= 1e3 || self.low < 1e-3 && tick <= 1e-2 => power(tick),
            Scale::Log => number::show(tick),
        }
    }
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear(low: f64, high: f64, about: usize) -> Vec<f64> {
    let step = step((high - low) / about.max(1) as f64);
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last).map(|i| multiple(i as f64, step)).collect()
}

/// The least step that is not below.
fn step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|m| m * power).find(|s| *s >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

/// Without the dust of binary fractions: 3 × 0.1 is 0.3.
fn multiple(count: f64, step: f64) -> f64 {
    format!("{:.9e}", count * step).parse().unwrap_or(count * step)
}

/// Powers of ten; where there are few, also twice and five times each; where there are many, some.
fn logarithmic(low: f64, high: f64, about: usize) -> Vec<f64> {
    let inside = |x: &f64| *x >= low * (1.0 - 1e-9) && *x <= high * (1.0 + 1e-9);
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let power = |exponent: i32| format!("1e{exponent}").parse::<f64>().unwrap_or(1.0);
    let tens: Vec<f64> = (first..=last).map(power).filter(inside).collect();
    if tens.len() < 3 {
        let finer: Vec<f64> =
            (first..=last).flat_map(|e| [1.0, 2.0, 5.0].map(|m| multiple(m, power(e)))).filter(inside).collect();
        // Over less than a doubling even these are too far apart.
        return if finer.len() < 2 { linear(low, high, about) } else { finer };
    }
    let every = tens.len().div_ceil(about.max(2));
    tens.into_iter().step_by(every).collect()
}

/// An axis that reaches all values, to a tick at each end.
pub(super) fn fitted(scale: Scale, values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    match scale {
        _ if !(low.is_finite() && high.is_finite()) => (1.0, 10.0),
        Scale::Log => (10f64.powf(low.log10().floor()), 10f64.powf((high.log10() + 1e-9).floor() + 1.0)),
        Scale::Linear => {
            // What is near 0 begins there.
            let low = if low > 0.0 && low < 0.5 * high { 0.0 } else { low };
            let high = if high < 0.0 && high > 0.5 * low { 0.0 } else { high };
            let room = if high > low { high - low } else { high.abs().max(1.0) };
            let step = step(room / 5.0);
            let (from, to) = ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step);
            if to > from { (from, to) } else { (from - step, to + step) }
        }
    }
}

/// A tick of a linear axis as it is printed.
fn name(tick: f64) -> String {
    let plain = number::show(tick);
    if plain.chars().count() <= 9 { plain } else { power(tick) }
}

/// A power of ten, or a short multiple of one.
fn power(tick: f64) -> String {
    let text = number::scientific(tick, 1).replace(".0×", "×");
    text.strip_prefix("1×").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(linear(0.0, 112.0, 5), [0.0, 50.0, 100.0]);
        assert_eq!(linear(0.0, 1.0, 5), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        assert_eq!(linear(-3.0, 4.5, 4), [-2.0, 0.0, 2.0, 4.0]);
        assert_eq!(logarithmic(1.0, 1e6, 4), [1.0, 100.0, 1e4, 1e6]);
        assert_eq!(logarithmic(3.0, 40.0, 5), [5.0, 10.0, 20.0]);
        assert_eq!(logarithmic(0.5, 0.7, 2), [0.5, 0.6, 0.7]);
    }

    #[test]
    fn ends_lie_outside_the_data() {
        assert_eq!(fitted(Scale::Linear, [3.0, 96.0].into_iter()), (0.0, 100.0));
        assert_eq!(fitted(Scale::Linear, [90.0, 96.0].into_iter()), (90.0, 96.0));
        assert_eq!(fitted(Scale::Linear, [5.0].into_iter()), (4.0, 6.0));
        assert_eq!(fitted(Scale::Log, [3.0, 4e5].into_iter()), (1.0, 1e6));
    }

    #[test]
    fn an_axis_of_one_value_has_places() {
        for (scale, value) in [(Scale::Linear, 0.0), (Scale::Linear, -5.0), (Scale::Log, 100.0)] {
            let map = Map::new(scale, (value, value), (10.0, 20.0));
            assert!((map.place(value) - 10.0).abs() < 1e-9, "{scale:?} {value}");
            assert!(map.ticks(4).iter().all(|tick| map.place(*tick).is_finite()));
        }
    }

    #[test]
    fn names_are_short() {
        let names = [1e6, 0.25, 20_000.0, 2.5e9].map(name);
        assert_eq!(names, ["1,000,000", "0.25", "20,000", "2.5×10⁹"]);
        let log = |low, high| Map::new(Scale::Log, (low, high), (0.0, 1.0));
        assert_eq!([log(1.0, 1e5).name(1e4), log(1.0, 1e7).name(1e4)], ["10,000", "10⁴"]);
    }
}
