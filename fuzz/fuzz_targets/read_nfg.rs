//! Any bytes: an error or a game that can be written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use melian::game::{read_nfg, write_nfg};

fuzz_target!(|data: &[u8]| {
    if let Ok(game) = read_nfg(data) {
        let text = write_nfg(&game).expect("a file holds a strategic form");
        let again = read_nfg(text.as_bytes()).expect("what is written can be read");
        assert_eq!(again.arena.nodes(), game.arena.nodes());
    }
});
