import { zone } from '../../formats/moments'

/** The zones that times may be of: UTC and that of the person first. */
export const timeZones = (): string[] => [...new Set(['UTC', zone(), ...Intl.supportedValuesOf('timeZone')])]
