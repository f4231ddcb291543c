//! Request and response types of the HTTP API, shared by the server and its client.

pub mod service_file;
