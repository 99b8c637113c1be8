//! What of a figure the public does not see.

use std::sync::Arc;

use sh_db::Tx;
use sh_trade::axes::Axis;

use crate::{
    Cuboid, Error, FigureQuery, Figures,
    figure::Ground,
    veil::{self, Veil},
};

/// Axes by which the public sees figures, conditions among them.
const PUBLIC_AXES_MAX: usize = 2;

/// What of the parts of a figure is hidden.
pub(crate) enum Cover {
    /// Nothing: who asks may see everything.
    Nothing,
    /// Everything: one seller is asked for, and each part is the sale of one.
    Everything,
    /// What is hidden in the tables by these axes.
    Some(Arc<Veil>, Vec<Axis>),
}

impl Cover {
    /// Whether the part at these values is hidden.
    pub(crate) fn hides(&self, points: &[(Axis, i64)]) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Some(veil, axes) => veil::node(axes, points).is_some_and(|node| veil.hides(&node)),
        }
    }
}

impl Figures {
    /// What of the parts of a figure is hidden from the public.
    ///
    /// # Errors
    /// [`Error::TooFewSellers`] where the public may not see the whole of what is asked for, [`Error::TooNarrow`] beyond
    /// two axes or for a seller, or as [`Figures::figure`].
    pub(crate) async fn cover(&self, tx: &mut Tx, question: &FigureQuery) -> Result<Cover, Error> {
        let asked = question.by.iter().chain(question.filter.iter().map(|(axis, _)| axis));
        let mut axes: Vec<Axis> = asked.map(|axis| veil::base(*axis)).collect();
        axes.sort_by_key(|axis| axis.code());
        axes.dedup();
        if axes.len() > PUBLIC_AXES_MAX || axes.contains(&Axis::Seller) {
            return Err(Error::TooNarrow);
        }
        let ground = self.ground(tx, question).await?;
        let cover = Cover::Some(self.veil(tx, &ground, &axes).await?, axes);
        if cover.hides(&question.filter) { Err(Error::TooFewSellers) } else { Ok(cover) }
    }

    /// What is hidden in the tables by these axes, two at most, in the order of their numbers.
    pub(crate) async fn veil(&self, tx: &mut Tx, ground: &Ground, axes: &[Axis]) -> Result<Arc<Veil>, Error> {
        let place = (ground.place(), axes.to_vec());
        if let Some(found) = self.veils.get(&place) {
            return Ok(found);
        }
        let Some(cuboid) = Cuboid::covering(axes).filter(|_| !axes.is_empty()) else {
            return Ok(Arc::default());
        };
        let slice = self.slice(tx, cuboid, ground).await?;
        let read = |axis: Axis, a: i64, b: i64| cuboid.read(axis, a, b).unwrap_or(0);
        let veil = match axes {
            [one, other] => {
                let margins = (
                    Box::pin(self.veil(tx, ground, &[*one])).await?,
                    Box::pin(self.veil(tx, ground, &[*other])).await?,
                );
                let cells = slice.cells().map(|(a, b, cell)| (read(*one, a, b), read(*other, a, b), cell));
                Veil::of_two((*one, *other), cells, (&margins.0, &margins.1))
            }
            [one, ..] => Veil::of_one(*one, slice.cells().map(|(a, b, cell)| (read(*one, a, b), cell))),
            [] => Veil::default(),
        };
        let veil = Arc::new(veil);
        self.veils.put(place, Arc::clone(&veil), veil.bytes());
        Ok(veil)
    }
}
