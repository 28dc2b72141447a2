//! Merkle tree of RFC 9162: leaf hash over 0x00 and the entry, node hash over 0x01 and both children.

use aws_lc_rs::digest::{Context, SHA256};

/// SHA-256 hash.
pub type Hash = [u8; 32];

fn hash(prefix: u8, parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&[prefix]);
    parts.iter().for_each(|part| context.update(part));
    let mut hash = Hash::default();
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// Hash of an entry.
#[must_use]
pub fn leaf(entry: &[u8]) -> Hash {
    hash(0, &[entry])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    hash(1, &[left, right])
}

/// Growing tree: the number of leaves, and the roots of its full subtrees, largest first. Nothing else is needed to continue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    peaks: Vec<Hash>,
}

impl Tree {
    /// Tree from [`Tree::peaks`]; `None` where size and peaks do not match.
    #[must_use]
    pub fn resume(size: u64, peaks: &[u8]) -> Option<Self> {
        let (peaks, rest) = peaks.as_chunks::<32>();
        let fits = rest.is_empty() && peaks.len() == usize::try_from(size.count_ones()).ok()?;
        fits.then(|| Self { size, peaks: peaks.to_vec() })
    }

    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    #[must_use]
    pub fn peaks(&self) -> Vec<u8> {
        self.peaks.concat()
    }

    /// Adds the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut right = leaf;
        // Each one at the end of the size is a full subtree that the new leaf completes to a larger one.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                right = node(&left, &right);
            }
        }
        self.peaks.push(right);
        self.size += 1;
    }

    /// Root over all leaves so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return empty() };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

/// Root of a tree without leaves: the hash of nothing.
fn empty() -> Hash {
    let mut hash = Hash::default();
    hash.copy_from_slice(aws_lc_rs::digest::digest(&SHA256, &[]).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9162, 2.1.1, word for word.
    fn naive(entries: &[Vec<u8>]) -> Hash {
        match entries {
            [] => empty(),
            [one] => leaf(one),
            more => {
                let mut split = 1;
                while split * 2 < more.len() {
                    split *= 2;
                }
                node(&naive(&more[..split]), &naive(&more[split..]))
            }
        }
    }

    fn hex(hash: Hash) -> String {
        hash.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn the_roots_are_those_of_the_published_test_vectors() {
        let entries: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = Tree::default();
        assert_eq!(hex(tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (entry, root) in entries.iter().zip(roots) {
            tree.push(leaf(entry));
            assert_eq!(hex(tree.root()), root);
        }
    }

    #[test]
    fn a_tree_that_grows_and_one_that_is_resumed_at_any_size_have_the_root_of_the_definition() {
        let entries: Vec<Vec<u8>> = (0_u32..200).map(|n| n.to_be_bytes().to_vec()).collect();
        let mut tree = Tree::default();
        for size in 0..entries.len() {
            assert_eq!(tree.root(), naive(&entries[..size]), "{size}");
            tree = Tree::resume(tree.size(), &tree.peaks()).unwrap();
            tree.push(leaf(&entries[size]));
        }
        assert_eq!(tree.size(), 200);
        assert!(Tree::resume(200, &tree.peaks()[32..]).is_none());
        assert!(Tree::resume(201, &tree.peaks()).is_none());
    }
}
