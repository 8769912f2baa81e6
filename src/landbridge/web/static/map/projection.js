// Lambert's azimuthal equal-area projection of the sphere (Snyder, "Map Projections", USGS PP 1395, 1987, pp. 182-190).

const RAD = Math.PI / 180;
const FARTHEST = Math.cos(150 * RAD);

/** Forward and inverse of the projection centred on (lon0, lat0); lengths in radii of the sphere. */
export function lambert(lon0, lat0) {
  const [sin0, cos0] = [Math.sin(lat0 * RAD), Math.cos(lat0 * RAD)];
  return {
    /** x to the right, y up; null near the far side of the sphere, which tears there. */
    forward(lon, lat) {
      const turn = (lon - lon0) * RAD;
      const [sin, cos] = [Math.sin(lat * RAD), Math.cos(lat * RAD)];
      const nearness = sin0 * sin + cos0 * cos * Math.cos(turn);
      if (nearness < FARTHEST) return null;
      const k = Math.sqrt(2 / (1 + nearness));
      return [k * cos * Math.sin(turn), k * (cos0 * sin - sin0 * cos * Math.cos(turn))];
    },
    inverse(x, y) {
      const rho = Math.hypot(x, y);
      if (rho < 1e-12) return [lon0, lat0];
      if (rho > 2) return null;
      const away = 2 * Math.asin(rho / 2);
      const lat = Math.asin(Math.cos(away) * sin0 + (y * Math.sin(away) * cos0) / rho) / RAD;
      const turn = Math.atan2(x * Math.sin(away), rho * cos0 * Math.cos(away) - y * sin0 * Math.sin(away));
      return [((lon0 + turn / RAD + 540) % 360) - 180, lat];
    },
  };
}
