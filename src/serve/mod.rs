//! stub
use crate::store::Store; use crate::dataset::Dataset; use std::sync::Arc;
pub async fn run(_s:Arc<dyn Store>,_d:Dataset,_l:tokio::net::TcpListener,_stop:impl Future<Output=()>)->anyhow::Result<()>{Ok(())}
