import { inUtc, moment } from '../formats/moments'

/** A timestamp in the zone of the person; its title is the same in UTC. */
export function Moment({ at }: { at: string | undefined }) {
  return at ? (
    <time dateTime={`${at}Z`} title={inUtc(at)}>
      {moment(at)}
    </time>
  ) : (
    '–'
  )
}
