//! Where in a picture a position of a file is drawn.
//!
//! Both ends of the file are magnified: the first half is drawn by the logarithm of the distance
//! from the beginning, the second by that from the end, so that 1 KiB of 5 GiB is still to be seen.

/// The scale for a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    size: u64,
}

/// A labelled position.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// Where, in percent of the width.
    pub(super) place: f64,
    /// The position; with a minus as the distance from the end.
    pub(super) label: String,
    /// May be left out where there is little room.
    pub(super) is_minor: bool,
}

impl Scale {
    /// For a file of `size` bytes.
    pub(super) fn new(size: u64) -> Self {
        Self { size: size.max(1) }
    }

    /// Where the boundary before the byte at `position` is drawn, in percent of the width. What is
    /// past the end of the file is at [`PAST`].
    pub(super) fn place(self, position: u64) -> f64 {
        if position > self.size {
            return PAST;
        }
        let half = self.size as f64 / 2.0;
        let share = |distance: f64| (distance / UNIT).ln_1p() / (half / UNIT).ln_1p() / 2.0;
        let position = position as f64;
        let share = if position <= half {
            share(position)
        } else {
            1.0 - share(self.size as f64 - position)
        };
        share * END
    }

    /// Where the last `length` bytes begin, in percent of the width.
    pub(super) fn place_from_end(self, length: u64) -> f64 {
        self.place(self.size.saturating_sub(length))
    }

    /// The labels of the axis: the powers of 32 KiB from both ends, the middle and the end.
    pub(super) fn ticks(self) -> Vec<Tick> {
        let middle = self.size / 2;
        let steps = || STEPS.into_iter().filter(|step| step * 32 <= self.size);
        let from_end = |step: u64| self.size - step;
        let tick = |position: u64, label: String, is_minor: bool| Tick {
            place: self.place(position),
            label,
            is_minor,
        };
        let mut ticks = vec![tick(0, "0".to_owned(), false)];
        ticks.extend(steps().map(|step| tick(step, short(step), true)));
        ticks.push(tick(middle, short(middle), false));
        let mirrored: Vec<_> = steps().collect();
        ticks.extend(
            mirrored
                .into_iter()
                .rev()
                .map(|step| tick(from_end(step), format!("−{}", short(step)), true)),
        );
        ticks.push(tick(self.size, short(self.size), false));
        // No label may touch the one before it.
        let mut last = f64::MIN;
        ticks.retain(|tick| {
            let fits = !tick.is_minor || (tick.place - last > ROOM && END - tick.place > ROOM);
            if fits {
                last = tick.place;
            }
            fits
        });
        ticks
    }
}

/// `512 B`, `20 KiB`, `2.5 GiB`.
pub(super) fn short(bytes: u64) -> String {
    let units = [(1_u64 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        None => format!("{bytes} B"),
        Some((unit, name)) if bytes.is_multiple_of(unit) => format!("{} {name}", bytes / unit),
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / unit as f64),
    }
}

/// Where the file ends, in percent of the width. What is right of it is past the end.
pub(super) const END: f64 = 94.0;
/// Where positions past the end are drawn.
pub(super) const PAST: f64 = 98.0;

/// Bytes at an end that are drawn about linearly.
const UNIT: f64 = 256.0;
const STEPS: [u64; 4] = [1 << 10, 32 << 10, 1 << 20, 32 << 20];
/// Percent between two labels.
const ROOM: f64 = 9.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_rise_and_small_parts_are_seen() {
        for size in [1, 2, 1000, 1 << 20, 5 << 30, u64::MAX] {
            let scale = Scale::new(size);
            let positions = [0, 1, size / 3, size / 2, size / 2 + 1, size - 1, size];
            let places: Vec<f64> = positions.iter().map(|&at| scale.place(at)).collect();
            assert_eq!(places.first(), Some(&0.0), "{size}");
            assert!((places[6] - END).abs() < 1e-9, "{size}: {places:?}");
            assert!(places.iter().all(|place| (0.0..=END).contains(place)), "{size}: {places:?}");
            let mut sorted = positions.to_vec();
            sorted.sort_unstable();
            assert!(sorted.windows(2).all(|two| scale.place(two[0]) <= scale.place(two[1])));
        }
        let scale = Scale::new(5 << 30);
        assert!(scale.place(1024) > 3.0);
        assert!(END - scale.place((5 << 30) - 500) > 2.0);
        assert!((scale.place((5 << 30) + 1) - PAST).abs() < 1e-9);
    }

    #[test]
    fn labels_have_room() {
        for size in [1, 5000, 100_000, 1 << 20, 5 << 30] {
            let ticks = Scale::new(size).ticks();
            assert!(ticks.windows(2).all(|two| two[0].place <= two[1].place), "{ticks:?}");
            assert_eq!(ticks.last().map(|tick| tick.label.clone()), Some(short(size)));
        }
        assert_eq!(short(2_684_354_560), "2.5 GiB");
        assert_eq!(short(5691), "5.6 KiB");
        assert_eq!(short(500), "500 B");
    }
}
