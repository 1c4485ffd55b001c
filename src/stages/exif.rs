//! stub
use futures::future::BoxFuture; use crate::photo::*; use super::Stage;
pub struct Exif;
impl Stage for Exif { fn name(&self)->StageName{StageName::Exif} fn wants(&self,_:&Photo)->bool{false} fn apply<'a>(&'a self,_:&'a mut Photo)->BoxFuture<'a,anyhow::Result<()>>{unreachable!()}}
