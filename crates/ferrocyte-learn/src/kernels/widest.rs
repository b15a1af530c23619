//! One loop, compiled for each instruction set, with the same bits on all of them.

/// Instruction sets that a loop is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// What every processor of the platform has.
    Basic,
    /// AVX2 with fused multiply-add.
    Avx2,
    /// AVX-512F.
    Avx512,
}

/// The widest instruction set that this processor has; tests may ask for a narrower one.
#[inline]
pub(crate) fn level() -> Level {
    let detected = detected();
    #[cfg(test)]
    let detected = detected.min(tests::LIMIT.get());
    detected
}

#[inline]
fn detected() -> Level {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        if is_x86_feature_detected!("avx512f") {
            return Level::Avx512;
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return Level::Avx2;
        }
    }
    Level::Basic
}

/// Makes of a function one that runs with the widest registers of the processor.
///
/// The body is written as plain loops over slices and compiled once for each instruction set. `f32::mul_add` rounds
/// once on all of them (in software where there is no instruction for it), and the compiler never reorders sums
/// of floats, so every machine gives the same bits; how many numbers are handled at once decides only the time.
macro_rules! widest {
    ($(#[$meta:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $body:block) => {
        $(#[$meta])*
        #[allow(unsafe_code, clippy::too_many_arguments)]
        $visibility fn $name($($argument: $type),*) {
            #[inline(always)]
            fn body($($argument: $type),*) $body

            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            {
                #[target_feature(enable = "avx512f")]
                fn avx512($($argument: $type),*) {
                    body($($argument),*);
                }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($argument: $type),*) {
                    body($($argument),*);
                }
                match $crate::kernels::widest::level() {
                    // SAFETY: the processor has AVX-512F, which is all that the function asks for.
                    $crate::kernels::widest::Level::Avx512 => return unsafe { avx512($($argument),*) },
                    // SAFETY: the processor has AVX2 and FMA, which is all that the function asks for.
                    $crate::kernels::widest::Level::Avx2 => return unsafe { avx2($($argument),*) },
                    $crate::kernels::widest::Level::Basic => (),
                }
            }
            body($($argument),*);
        }
    };
}
pub(crate) use widest;

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::{Level, detected};

    thread_local! {
        pub(super) static LIMIT: Cell<Level> = const { Cell::new(Level::Avx512) };
    }

    /// Runs `work` once with each instruction set that this processor has; all must give the same.
    pub(crate) fn same_on_every_level<T: PartialEq + std::fmt::Debug>(mut work: impl FnMut() -> T) -> T {
        let mut results = Vec::new();
        for limit in [Level::Basic, Level::Avx2, Level::Avx512] {
            if limit <= detected() {
                LIMIT.set(limit);
                results.push(work());
            }
        }
        LIMIT.set(Level::Avx512);
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "the instruction set changes no bit");
        results.remove(0)
    }
}
