//! The rectangle that values are drawn in, and its ticks.

use maud::{Markup, html};

use super::{Axis, px};

/// The rectangle that values are drawn in, in user units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    /// Left edge.
    pub(crate) left: f64,
    /// Right edge.
    pub(crate) right: f64,
    /// Upper edge.
    pub(crate) top: f64,
    /// Lower edge.
    pub(crate) bottom: f64,
}

/// Ticks and their lines for an axis that runs from left to right; texts below the frame.
pub(crate) fn tick_marks_x(frame: Frame, axis: &Axis, wanted: usize) -> Markup {
    html! {
        g.axis {
            @for (x, text) in axis.ticks(wanted) {
                line.rule x1=(px(x)) x2=(px(x)) y1=(px(frame.top)) y2=(px(frame.bottom)) {}
                text.tick x=(px(x)) y=(px(frame.bottom + 18.0)) text-anchor="middle" { (text) }
            }
        }
    }
}

/// Ticks and their lines for an axis that runs from bottom to top; texts left of the frame.
pub(crate) fn tick_marks_y(frame: Frame, axis: &Axis, wanted: usize) -> Markup {
    html! {
        g.axis {
            @for (y, text) in axis.ticks(wanted) {
                line.rule x1=(px(frame.left)) x2=(px(frame.right)) y1=(px(y)) y2=(px(y)) {}
                text.tick x=(px(frame.left - 8.0)) y=(px(y + 4.0)) text-anchor="end" { (text) }
            }
        }
    }
}
