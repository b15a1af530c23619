//! Numbers that begin where a cache line begins.

/// Bytes of a cache line, and of the widest register.
const LINE: usize = 64;

/// A number of `f32` whose first is at the beginning of a cache line: a load that reaches over the end of a line costs two.
#[derive(Debug, Default)]
pub(crate) struct Aligned {
    data: Vec<f32>, // with room to begin later
    start: usize,
    len: usize,
}

impl Aligned {
    /// Makes room for so many numbers; what they are is not said.
    pub(crate) fn resize(&mut self, len: usize) {
        let room = len + LINE / size_of::<f32>();
        if self.data.len() < room {
            self.data = vec![0.0; room];
        }
        self.start = self.data.as_ptr().align_offset(LINE).min(room - len);
        self.len = len;
    }

    pub(crate) fn as_slice(&self) -> &[f32] {
        &self.data[self.start..self.start + self.len]
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [f32] {
        &mut self.data[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_with_a_line_and_is_as_long_as_it_must_be() {
        let mut aligned = Aligned::default();
        for len in [5, 1000, 0, 17] {
            aligned.resize(len);
            assert_eq!((aligned.as_slice().len(), aligned.as_mut_slice().len()), (len, len));
            assert!(aligned.as_slice().as_ptr().addr().is_multiple_of(LINE));
        }
    }
}
