//! Slips of the person who writes a proxy or a target: the error does not repeat the password.

use std::fs;

use super::{House, TARGET, empty_proxy};

#[test]
fn slips_show_no_secret() {
    let mut house = House::new(empty_proxy);
    // Proxies and targets that cannot be read, with a password somewhere.
    let slips = [
        "http://u:in-url-7Qx@h:99999",
        "http://u:in-url-7Qx@h:0/a",
        "http://u:1#in-url-7Qx@h:1",
        "http://u:1/in-url-7Qx@h:1",
        "http://u:in-url-7Qx@",
        "http:/u:in-url-7Qx@h:1/a",
        "quic://u:in-url-7Qx@h:1",
        "mock:u:in-url-7Qx@h:1",
        "mock:u:in-url-7Qx@h?size=x",
        "u:in-url-7Qx@h:1/a",
        // The @ is missing or encoded.
        "u:in-url-7Qx",
        "http://u:in-url-7Qx",
        "http://u:in-url-7Qx%40h:1",
        "http://u:in-url-7Qx%40h/a",
    ];
    for slip in slips {
        let as_proxy = [
            &["check", "--proxy", slip, TARGET][..],
            &["config", "--proxy", slip, TARGET],
            &["fetch", "--proxy", slip, TARGET],
            &["check", "--proxies=slips.txt", TARGET],
            &["config", "-c", "slip.toml"],
        ];
        let as_target: [&[&str]; 3] =
            [&["check", slip], &["fetch", slip], &["check", "--proxy=mock:", "--origin-url", slip]];
        // A target may have a path, and there is nothing wrong with these.
        let is_target = slip.starts_with("http://u:1");
        for arguments in as_proxy.iter().chain(as_target.iter().filter(|_| !is_target)) {
            fs::write(house.folder.path().join("slips.txt"), slip).expect("a list");
            let table = format!("[[proxies]]\nname = \"a\"\nurl = {slip:?}\n");
            fs::write(house.folder.path().join("slip.toml"), table).expect("a configuration");
            let code = house.run(arguments);
            assert_eq!(code, Some(2), "{:#?}", house.shown.last());
        }
        let variables = ["BITSGATE_PROXY", "BITSGATE_TARGETS", "BITSGATE_ORIGIN_URL"];
        for variable in variables.iter().filter(|name| !is_target || **name == "BITSGATE_PROXY") {
            assert_eq!(house.run_with(&["check"], &[(variable, slip)]), Some(2), "{slip}");
        }
    }
    fs::remove_file(house.folder.path().join("slips.txt")).expect("a list");
    fs::remove_file(house.folder.path().join("slip.toml")).expect("a configuration");
    // A good proxy in a wrong place, and a user with a password.
    let url = house.url();
    for arguments in [
        &["--proxi", &url][..],
        &["--origin-listen", &url],
        &["--metrics-listen", &url],
        &["--timeout", &url],
        &["--label", &url],
        &["--only", &url],
        &["--baseline", &url],
        &["--cacert", &url],
        &["--config", &url],
        &["--proxies", &url],
        &["--format", &url],
        &["-o", &url],
        &["--color", &url],
        &["--proxy-user", "u:in-url-7Qx"],
    ] {
        let code = house.run(&[&["check", TARGET], arguments].concat());
        assert_eq!(code, Some(2), "{:#?}", house.shown.last());
    }
    house.run(&[&url]);
    house.run(&["list", &url]);
    house.run(&["explain", &url]);
    house.run(&["mock", "proxy", "--fault", &url]);
    house.run(&["mock", "proxy", "--emulate", &url]);
    // In files that hold no secrets by design.
    fs::remove_file(house.folder.path().join("bitsgate.toml")).expect("a configuration");
    assert_eq!(house.run(&["check", "--proxies=list.txt", TARGET]), Some(2));
    let said = &house.shown[house.shown.len() - 1].1;
    assert!(said.contains("list.txt:2: a password in clear is refused"), "{said}");
    house.assert_hidden();
}
