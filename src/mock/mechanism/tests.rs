//! Rules as tables write them.

use super::*;

#[test]
fn rules_are_read_from_tables() {
    let read = |step: &str| toml::from_str::<Rule>(&format!("step = {step}"));
    let debug = |step: &str| format!("{:?}", read(step).unwrap().step);
    for (written, meant) in [
        (
            "{ request = { drop-field = 'Range' } }",
            Step::Request(RequestEdit::DropField("Range".into())),
        ),
        (
            "{ request = { ranges = { cap = 9 } } }",
            Step::Request(RequestEdit::Ranges(ListEdit::Cap(9))),
        ),
        ("{ field = 'lower-case-names' }", Step::Field(FieldEdit::LowerCaseNames)),
        ("{ field = { set = ['A', 'b'] } }", Step::Field(FieldEdit::Set("A".into(), "b".into()))),
        ("{ head = { interim = [100, 103] } }", Step::Head(HeadEdit::Interim(vec![100, 103]))),
        (
            "{ head = { cut-after = [9, 'reset'] } }",
            Step::Head(HeadEdit::CutAfter(9, After::Reset)),
        ),
        ("{ body = { append = 'x' } }", Step::Body(BodyEdit::Append(Bytes::from_static(b"x")))),
        ("{ length = { plus = -1 } }", Step::Length(LengthEdit::Plus(-1))),
        (
            "{ answer = { challenge = ['NTLM'] } }",
            Step::Answer(Answer::Challenge(vec!["NTLM".into()])),
        ),
        ("{ parts = 'no-closing' }", Step::Parts(PartEdit::NoClosing)),
        (
            "{ connection = { close-when-idle = 5 } }",
            Step::Connection(ConnectionEdit::CloseWhenIdle(Duration::from_millis(5))),
        ),
    ] {
        assert_eq!(debug(written), format!("{meant:?}"));
    }
    let paced = debug("{ body = { paced = { sizes = [1, 2], pause = 3, times = 4 } } }");
    assert!(paced.contains("sizes: [1, 2], pause: 3ms, times: Some(4)"), "{paced}");
    for wrong in ["'typo'", "{ field = { set = 'A' } }", "{ parts = { extra-fields = [['A']] } }"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}
