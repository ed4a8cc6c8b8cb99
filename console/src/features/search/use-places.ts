import { useMay } from '../../api/queries'
import { useCatalog, useContracts, useSystems } from '../catalog/queries'
import { useDashboards } from '../dashboards/queries'
import { useRuns } from '../lake/queries'
import { useModels } from '../models/queries'
import { useQuestions } from '../query/results'
import { useKeptQuestions } from '../query/saved-questions'
import type { Place } from './pages-and-answers'
import { places } from './search-results'

/** Everything of the lake that has a page, but files and rows. */
export const usePlaces = (): Place[] =>
  places({
    contracts: useContracts().data?.contracts ?? [],
    systems: useSystems().data?.systems ?? [],
    questions: useQuestions().data?.questions ?? [],
    own: useKeptQuestions().questions,
    boards: useDashboards().data?.dashboards ?? [],
    runs: useRuns().data?.runs ?? [],
    tables: useCatalog().data?.tables ?? [],
    models: useModels(),
    mayRun: useMay('operator'),
  })
