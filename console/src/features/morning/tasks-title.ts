import { useCaller, useMay } from '../../api/queries'

/** The title of the tasks: a person who may only read can do none of them. */
export function useTasksTitle(): string {
  const caller = useCaller().data
  const may = useMay('uploader')
  return caller && !may ? 'Needs an uploader or operator' : 'Needs you'
}
