import { zone } from '../../formats/moments'

/** The zones that times may be of: that of the file, UTC and that of the person first. */
export const timeZones = (ofFile = ''): string[] => [
  ...new Set([...(ofFile ? [ofFile] : []), 'UTC', zone(), ...Intl.supportedValuesOf('timeZone')]),
]
