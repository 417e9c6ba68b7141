//! Any bytes: an error or a game that can be written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use melian::game::{read_efg, write_efg};

fuzz_target!(|data: &[u8]| {
    if let Ok(game) = read_efg(data) {
        let text = write_efg(&game).expect("a file holds a tree");
        let again = read_efg(text.as_bytes()).expect("what is written can be read");
        assert_eq!(again.arena.nodes(), game.arena.nodes());
        assert_eq!(again.arena.infosets(), game.arena.infosets());
    }
});
