//! The sandbox, asked as the program asks it and measured against what the real services answered.

mod asking;
mod covers;
mod faults;
mod limits;
mod program;
mod searches;
mod shape;
mod shapes;
mod table;
