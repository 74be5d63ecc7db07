export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Half the distance between the quartiles, as a share of the median: how far apart the rounds were. */
export function spread(values) {
  if (values.length < 3) return (Math.max(...values) - Math.min(...values)) / 2 / median(values);
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => {
    const place = (sorted.length - 1) * share;
    const low = Math.floor(place);
    return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (place - low);
  };
  return (at(0.75) - at(0.25)) / 2 / median(values);
}

/** The median of what one had in proportion to the other, round by round: what slows a round down slows both. */
export function ratio(mine, theirs) {
  const rounds = Math.min(mine.length, theirs.length);
  return median(Array.from({ length: rounds }, (_, round) => mine[round] / theirs[round]));
}
