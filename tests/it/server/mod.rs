//! The service as its clients meet it: the real program, over a real socket, against the sandbox's bucket.

mod events;
mod guard;
mod guide;
mod health;
mod keys;
mod limits;
mod modes;
mod openapi;
mod refused;
mod rehearsal;
mod restart;
mod scans;
mod served;
mod slow;
mod well;
mod wishes;
