//! Raw-socket tests of the mock itself: what it promises is what is on the wire.
