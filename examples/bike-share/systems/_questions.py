"""Saved questions of the bike share."""

from headgate.query.questions import SavedQuestion

QUESTIONS = {
    question.name: question
    for question in (
        SavedQuestion(
            "busiest_hours",
            "hourly-demand",
            "Which of the coming hours will be the busiest?",
            "SELECT hour_at, mean, lower_80, upper_80 FROM hourly_demand "
            "WHERE mean IS NOT NULL ORDER BY mean DESC, hour_at LIMIT 10",
        ),
        SavedQuestion(
            "forecast_against_naive",
            "hourly-demand",
            "How wrong were past forecasts, and how wrong was the same hour of the last week?",
            "SELECT metric, value, baseline, baseline_model, period FROM demand_quality ORDER BY metric",
        ),
    )
}
