// Pictures are drawn by the server itself; the version in the path lets them be cached for good.

export function propertyPicture(slug: string, version: number): string {
  return `/art/property/${slug}.svg?v=${version}`;
}

export function roomPicture(roomTypeId: number, version: number): string {
  return `/art/room/${roomTypeId}.svg?v=${version}`;
}
