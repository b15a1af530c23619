//! What a calibration makes of probabilities.

use ferrocyte_core::{Calibration, Scores};

use super::isotonic::Isotonic;
use super::temperature;
use super::vector::Vector;

/// Calibrates probabilities, row by row. Rows keep a sum of one, and a label without any probability gets none.
///
/// # Panics
/// When a vector calibration is not of as many labels as the probabilities.
pub fn apply(calibration: &Calibration, probabilities: &mut Scores) {
    let n_cells = probabilities.n_cells();
    let mut each = |calibrate: &dyn Fn(&mut [f64])| {
        (0..n_cells).for_each(|cell| calibrate(probabilities.row_mut(cell)));
    };
    match calibration {
        Calibration::None => {}
        Calibration::Temperature { temperature } => each(&|row| temperature::apply(*temperature, row)),
        Calibration::Vector { slopes, shifts } => {
            let vector = Vector { slopes: slopes.clone(), shifts: shifts.clone() };
            each(&|row| {
                assert_eq!(row.len(), vector.slopes.len(), "a slope for each label");
                vector.apply(row);
            });
        }
        Calibration::Isotonic { confidence, right } => {
            let isotonic = Isotonic { confidence: confidence.clone(), right: right.clone() };
            each(&|row| isotonic.apply(row));
        }
    }
}
