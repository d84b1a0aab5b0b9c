//! Stories over the services: a temporary database, a chat that can be made to fail, a clock moved by hand.

mod agreement;
mod checkups;
mod clock;
mod communities;
mod database;
mod delivery;
mod feeds;
mod histories;
mod joined;
mod members;
mod one_person;
mod plans;
mod recovery;
mod rounds;
mod rules;
mod scheduler;
mod stage;
mod story;
mod streaks;
mod vitals;
