//! What a package of terms means to the actors: stakes, room, fit, blockers.
