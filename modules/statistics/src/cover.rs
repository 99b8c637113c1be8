//! What of a figure the public does not see.

use std::sync::Arc;

use sh_db::Tx;
use sh_trade::axes::Axis;

use crate::{
    Cuboid, Error, FigureQuery, Figures,
    figure::Ground,
    veil::{self, Margins, Veil},
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
        let (one, other) = match axes {
            [axis] => return Ok(self.margins(tx, ground).await?.of(*axis)),
            [one, other] => (*one, *other),
            _ => return Ok(Arc::default()),
        };
        let place = (ground.place(), axes.to_vec());
        if let Some(found) = self.veils.get(&place) {
            return Ok(found);
        }
        let margins = self.margins(tx, ground).await?;
        let Some(cuboid) = Cuboid::covering(axes) else { return Ok(Arc::default()) };
        let slice = self.slice(tx, cuboid, ground).await?;
        let read = |axis: Axis, a: i64, b: i64| cuboid.read(axis, a, b).unwrap_or(0);
        let cells: Vec<_> =
            slice.cells().map(|(a, b, cell)| (read(one, a, b), read(other, a, b), cell)).collect();
        let veil = Arc::new(Veil::of_two((one, other), &cells, &margins));
        self.veils.put(place, Arc::clone(&veil), veil.bytes());
        Ok(veil)
    }

    /// What is hidden in the tables by one axis. Takes every pair of axes of the definition into account, once for each
    /// state of the lines; who asks meanwhile waits for the answer instead of working it out, too.
    async fn margins(&self, tx: &mut Tx, ground: &Ground) -> Result<Arc<Margins>, Error> {
        let place = ground.place();
        if let Some(found) = self.margins.get(&place) {
            return Ok(found);
        }
        let _turn = self.deciding.lock().await;
        if let Some(found) = self.margins.get(&place) {
            return Ok(found);
        }
        let mut cuboids: Vec<Cuboid> = Cuboid::all()
            .iter()
            .copied()
            .filter(|cuboid| is_public(cuboid.a) && is_public(cuboid.b))
            .collect();
        cuboids.sort_by_key(|cuboid| cuboid.size());
        let slices = self.slices(tx, &cuboids, ground).await?;
        let tables: Vec<(Axis, Axis)> = cuboids.iter().map(|cuboid| (cuboid.a, cuboid.b)).collect();
        let cells = |at: usize| {
            let slice = cuboids.get(at).and_then(|cuboid| slices.get(cuboid));
            slice.map(|slice| slice.cells().collect()).unwrap_or_default()
        };
        let margins = Arc::new(Margins::new(&tables, cells));
        self.margins.put(place, Arc::clone(&margins), margins.bytes());
        Ok(margins)
    }
}

/// Whether the public sees tables by this axis that are not contained in those by another.
const fn is_public(axis: Axis) -> bool {
    !matches!(axis, Axis::Seller) && veil::base(axis).code() == axis.code()
}
