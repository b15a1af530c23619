//! How well labels were predicted. Never imports `models`: a metric cannot know which model it judges.
