//! Reading of a list page after page, up to what was asked for.

use super::failure::Failure;

/// Largest page that the services give.
const PAGE: usize = 200;

/// Up to `limit` entries of a list, and the token of the page after them. `ask` is given the size and the token of each page. A page without
/// entries is the last one, whatever its token says: the limit bounds the loop.
///
/// # Errors
/// What `ask` fails with.
pub async fn up_to<T>(
    limit: u32,
    mut ask: impl AsyncFnMut(i32, String) -> Result<(Vec<T>, String), Failure>,
) -> Result<(Vec<T>, String), Failure> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut entries, mut token) = (Vec::new(), String::new());
    while entries.len() < limit {
        let size = i32::try_from((limit - entries.len()).min(PAGE)).unwrap_or(i32::MAX);
        let (page, next) = ask(size, std::mem::take(&mut token)).await?;
        let last = next.is_empty() || page.is_empty();
        entries.extend(page);
        token = next;
        if last {
            break;
        }
    }
    Ok((entries, token))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a list of so many entries; the sizes of the pages that were asked for.
    async fn read(all: usize, limit: u32) -> (usize, String, Vec<i32>) {
        let (mut given, mut asked) = (0, Vec::new());
        let answer = up_to(limit, async |size, token| {
            assert_eq!(token, if given == 0 { String::new() } else { given.to_string() });
            asked.push(size);
            let page = usize::try_from(size).unwrap().min(all - given);
            given += page;
            Ok((vec![(); page], if given < all { given.to_string() } else { String::new() }))
        });
        let Ok((entries, token)) = answer.await else { panic!("it is read") };
        (entries.len(), token, asked)
    }

    #[tokio::test]
    async fn as_many_are_read_as_were_asked_for_and_no_page_after_the_last() {
        assert_eq!(read(0, 50).await, (0, String::new(), vec![50]));
        assert_eq!(read(30, 50).await, (30, String::new(), vec![50]));
        assert_eq!(read(500, 450).await, (450, "450".to_owned(), vec![200, 200, 50]));
        assert_eq!(read(400, 1_000).await, (400, String::new(), vec![200, 200]));
    }
}
