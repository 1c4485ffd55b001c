//! What the program does, through its public doors.

mod places;
