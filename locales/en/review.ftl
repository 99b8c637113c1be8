# Reviews: a buyer reviews each line once after it has arrived.

reviews-title = Reviews
reviews-none = There are no reviews yet.
reviews-none-here = There are no reviews here.
reviews-see-all = See all reviews
review = Review
review-of = Review: { $goods }
review-write = Write a review
review-see = See your review of
review-open = Open
review-stars = Stars
review-stars-of = { $stars ->
    [one] { $stars } star
   *[other] { $stars } stars
}
review-stars-missing = Stars: choose 1 to 5.
review-said = What you say of the goods
review-said-hint = Optional, at most 500 characters.
review-too-long = Review: longer than 500 characters.
review-text-missing = Text: empty, or longer than 500 characters.
review-named = Name
review-named-yes = Show the name of my account
review-shown-as = Others see the name “{ $name }”.
review-photos-later = Photos are added on the next page, at most six.
review-photo-hint = JPG, PNG or WebP, at most 10 MB. Everybody can see it; time and place are removed.
review-photo-alt = Photo { $number } by { $name }
review-is-written = Review written; for 24 hours you can change it and add photos
review-edit = Change the review
review-save = Save
review-is-saved = Saved
review-more = Added later
review-more-said = What you say after some time of use
review-answer = Answer of the shop
review-answer-hint = Once only; everybody can read it.
review-answer-send = Answer
review-is-answered = Answered
review-report = Report
review-report-why = Why you report it
review-is-reported = Reported; the operator will look at it
review-reports = Why it was reported
review-hide = Hide
review-show = Show again
review-keep = Keep
review-refunded = Refunded in full
review-hidden = Hidden
review-reported = Reported
review-unanswered = Not answered
review-is-hidden = Not public since { $at }: { $why }
review-filter = Choose reviews
review-all = All
review-with-photos = With photos

problem-reviewed-before = Reviewed already
problem-reviewed-before-advice = Each line is reviewed once; it can be changed for 24 hours and added to once within 180 days.
problem-review-too-late = Too late
problem-review-too-late-advice = Goods can be reviewed for 180 days after receipt; a review can be changed for 24 hours and added to once within 180 days.
problem-review-answered-before = Answered already
problem-review-answered-before-advice = Each review is answered once.
problem-review-photos-full = Six photos already
problem-review-photos-full-advice = A review has at most six photos.

webhook-kind-review-written = Review written
audit-action-write-review = Wrote a review
audit-action-edit-review = Changed a review
audit-action-add-to-review = Added to a review
audit-action-answer-review = Answered a review
audit-action-hide-review = Hid a review
audit-action-show-review = Showed a review again
audit-action-keep-review = Kept a reported review
audit-action-report-review = Reported a review
audit-object-review = Review
